package dev.steelyard.lb.resilience;

import dev.steelyard.lb.internal.FaultExit;
import dev.steelyard.lb.registry.Subscription;
import dev.steelyard.lb.resilience.CircuitBreaker.Transition;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Tells listeners of every transition, once, in the order in which they happened.
 *
 * <p>Who makes a transition links it to the phase before and calls {@link #catchUp}, a serial loop
 * without a lock: `signals` counts the requests to catch up; who raises it from zero walks the
 * chain until it is back at zero, everybody else just leaves a signal. A thread that is late to
 * link holds up only the telling, and its own signal resumes it. A transition that a listener
 * causes is told when the present one has been, by the same loop, so there is no recursion. `told`
 * is written only inside the loop; the counter carries it from one looping thread to the next.
 */
final class BreakerListeners {
  private final List<Entry> listeners = new CopyOnWriteArrayList<>();
  private final AtomicInteger signals = new AtomicInteger();
  private final FaultExit faults;
  private BreakerPhase told;

  /** One subscription: the same listener may have several. */
  private static final class Entry implements Subscription {
    private final Consumer<? super Transition> listener;
    private final List<Entry> owner;

    Entry(Consumer<? super Transition> listener, List<Entry> owner) {
      this.listener = listener;
      this.owner = owner;
    }

    @Override
    public void close() {
      owner.remove(this);
    }
  }

  BreakerListeners(BreakerPhase first, FaultExit faults) {
    this.told = first;
    this.faults = faults;
  }

  Subscription add(Consumer<? super Transition> listener) {
    Entry entry = new Entry(listener, listeners);
    listeners.add(entry);
    return entry;
  }

  void catchUp() {
    if (signals.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      for (BreakerPhase phase = told.next; phase != null; phase = phase.next) {
        told = phase;
        if (phase.origin != null) {
          tell(phase.origin);
        }
      }
      seen = signals.addAndGet(-seen);
    } while (seen != 0);
  }

  private void tell(Transition transition) {
    for (Entry entry : listeners) {
      try {
        entry.listener.accept(transition);
      } catch (Throwable fault) {
        faults.report("listener of the circuit breaker", fault);
      }
    }
  }
}
