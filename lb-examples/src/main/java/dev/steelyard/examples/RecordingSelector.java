package dev.steelyard.examples;

import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Candidates;
import dev.steelyard.lb.select.Endpoint;
import dev.steelyard.lb.select.Exclusions;
import dev.steelyard.lb.select.Picker;
import dev.steelyard.lb.select.Selector;
import org.jspecify.annotations.Nullable;

/**
 * A strategy that picks as another one does, and tells a {@link FailoverWatch} what it picked.
 *
 * <p>That an attempt has failed it sees from the exclusions: the balancer picks again for a retry
 * in the moment in which an attempt fails, and excludes the instance that failed.
 */
final class RecordingSelector implements Selector {
  private final Selector selector;
  private final FailoverWatch watch;

  RecordingSelector(Selector selector, FailoverWatch watch) {
    this.selector = selector;
    this.watch = watch;
  }

  @Override
  public Picker prepare(Candidates candidates, @Nullable Picker previous) {
    // The strategy knows its own picker, not the wrapper, and continues where that one was.
    Picker own = previous instanceof RecordingPicker recording ? recording.picker : previous;
    return new RecordingPicker(selector.prepare(candidates, own), candidates, watch);
  }

  @Override
  public boolean isTimed() {
    return selector.isTimed();
  }

  @Override
  public String toString() {
    return selector.toString();
  }

  private record RecordingPicker(Picker picker, Candidates candidates, FailoverWatch watch)
      implements Picker {

    @Override
    public @Nullable Endpoint pick(RequestContext request, Exclusions excluded, long nowNanos) {
      Endpoint picked = picker.pick(request, excluded, nowNanos);
      String victim = watch.victim();
      if (victim != null) {
        long now = System.nanoTime(); // nowNanos is 0 for a strategy that is not timed
        if (!excluded.isEmpty() && excludes(excluded, victim)) {
          watch.failed(now);
        }
        if (picked != null) {
          watch.picked(picked.instance().id(), now);
        }
      }
      return picked;
    }

    private boolean excludes(Exclusions excluded, String instanceId) {
      for (int i = 0; i < candidates.size(); i++) {
        Endpoint endpoint = candidates.endpoint(i);
        if (endpoint.instance().id().equals(instanceId) && excluded.contains(endpoint)) {
          return true;
        }
      }
      return false;
    }
  }
}
