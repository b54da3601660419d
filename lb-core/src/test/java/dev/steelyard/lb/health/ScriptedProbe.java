package dev.steelyard.lb.health;

import dev.steelyard.lb.registry.Instance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Answers as it was told to, at once, or when the test says so. */
final class ScriptedProbe implements HealthProbe {
  /** One check: whom, and when it began. */
  record Asked(String id, Duration at, CompletableFuture<Boolean> answer) {}

  private final VirtualTime time;
  final List<Asked> asked = new ArrayList<>();
  final Set<String> broken = new HashSet<>();
  private final Map<String, Integer> open = new HashMap<>();
  boolean manual;
  int openNow;
  int mostOpen;
  int mostOpenPerInstance;

  ScriptedProbe(VirtualTime time) {
    this.time = time;
  }

  @Override
  public CompletionStage<Boolean> check(Instance instance) {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    String id = instance.id();
    asked.add(new Asked(id, time.elapsed(), answer));
    openNow++;
    mostOpen = Math.max(mostOpen, openNow);
    mostOpenPerInstance = Math.max(mostOpenPerInstance, open.merge(id, 1, Integer::sum));
    // The monitor hears of it after the counts: a future runs what hangs on it last come, first
    // served.
    CompletableFuture<Boolean> heard = new CompletableFuture<>();
    var unused =
        answer.whenComplete(
            (works, failure) -> {
              openNow--;
              open.merge(id, -1, Integer::sum);
              if (works != null) {
                heard.complete(works);
              }
            });
    unused =
        heard.whenComplete(
            (works, failure) -> {
              if (heard.isCancelled()) {
                answer.cancel(false);
              }
            });
    if (!manual) {
      answer.complete(!broken.contains(id));
    }
    return heard;
  }

  Asked last() {
    return asked.get(asked.size() - 1);
  }

  long count(String id) {
    return asked.stream().filter(check -> check.id().equals(id)).count();
  }
}
