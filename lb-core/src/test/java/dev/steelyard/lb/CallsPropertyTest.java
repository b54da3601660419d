package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.EMPTY;
import static dev.steelyard.lb.Fixtures.IDEMPOTENT;
import static dev.steelyard.lb.Fixtures.registry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.Instance;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever fails, in whatever order: nothing hangs, nothing leaks, and the budget holds. */
class CallsPropertyTest {
  private final VirtualTime time = new VirtualTime();
  private long attempts;

  private CompletionStage<String> send(SplittableRandom random, int failing) {
    attempts++;
    CompletableFuture<String> answer = new CompletableFuture<>();
    boolean fails = random.nextInt(100) < failing;
    int kind = random.nextInt(6);
    if (fails && kind == 0) {
      throw new IllegalStateException("on purpose");
    }
    if (fails && kind == 1) {
      return answer; // never answered
    }
    Runnable end =
        () -> {
          if (!fails) {
            answer.complete("200");
          } else if (kind == 2) {
            answer.complete("503");
          } else {
            answer.completeExceptionally(
                kind == 3 ? new ConnectException() : new IOException("reset"));
          }
        };
    int delay = random.nextInt(30);
    if (delay == 0) {
      end.run();
    } else {
      time.schedule(Duration.ofMillis(delay * delay / 4), end);
    }
    return random.nextInt(10) == 0 ? answer.minimalCompletionStage() : answer;
  }

  @Property(tries = 60)
  void everyCallCompletesNothingLeaksAndTheBudgetHolds(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int size) {
    SplittableRandom random = new SplittableRandom(seed);
    int failing = random.nextInt(101);
    FailurePolicy policy =
        FailurePolicy.standard()
            .withMaxRetries(1 + random.nextInt(4))
            .withRetryBudget(0.2, 10)
            .withPerTryTimeout(Duration.ofMillis(100))
            .withOverallTimeout(Duration.ofMillis(400))
            .withHedging(0.5 + random.nextInt(4) / 10.0, 0.1);
    attempts = 0;
    long begun = time.nanos();
    List<CompletableFuture<String>> answers = new ArrayList<>();
    LoadBalancer balancer =
        LoadBalancer.builder("orders", registry(size))
            .classifier(CallFixture.byStatus())
            .failurePolicy(policy.withoutEjection()) // no timer but those of calls
            .ticker(time)
            .scheduler(time)
            .random(RandomSource.seeded(seed))
            .build();
    int calls = 300;
    for (int i = 0; i < calls; i++) {
      CompletableFuture<String> answer =
          balancer.callAsync(
              random.nextInt(10) == 0 ? EMPTY : IDEMPOTENT, instance -> send(random, failing));
      answers.add(answer);
      if (random.nextInt(20) == 0) {
        time.schedule(Duration.ofMillis(random.nextInt(50)), () -> answer.cancel(true));
      }
      time.advanceMillis(random.nextInt(8));
    }
    long extra = attempts - calls;
    double seconds = (time.nanos() - begun) / 1e9;
    assertTrue(extra <= 0.2 * calls + 10 * seconds + 10, () -> extra + " in " + seconds + " s");
    time.advance(Duration.ofSeconds(2));

    assertTrue(answers.stream().allMatch(CompletableFuture::isDone), "no call hangs");
    assertEquals(0, Fixtures.inFlight(balancer));
    assertEquals(0, time.pending(), "no timer is left");
    BalancerSnapshot end = balancer.snapshot();
    assertEquals(attempts - calls, end.retries() + balancer.snapshot().hedges());
    balancer.close();
  }

  private CompletionStage<String> dead(Instance instance) {
    attempts++;
    return CompletableFuture.failedFuture(new IOException(instance.id()));
  }

  @Example
  void anOutageOfWhateverLengthAddsTenPerSecond() {
    // resilience4j#1565 asks for such a bound.
    LoadBalancer balancer =
        LoadBalancer.builder("orders", registry(10)).ticker(time).scheduler(time).build();
    attempts = 0;
    long calls = 0;
    for (int second = 1; second <= 120; second++) {
      for (int i = 0; i < 200; i++) {
        calls++;
        var unused = balancer.callAsync(IDEMPOTENT, this::dead);
        time.advanceMillis(5);
      }
      long extra = attempts - calls;
      assertTrue(extra <= 10L * second + 10, extra + " after " + second + " s");
    }
    assertTrue(attempts - calls >= 10 * 119, "and it is used");
    time.advance(Duration.ofSeconds(1));
    assertEquals(0, Fixtures.inFlight(balancer));
    balancer.close();
  }
}
