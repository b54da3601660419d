package dev.steelyard.autoscale.loop;

import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one way out to the listeners. Used by the mailbox only. */
final class Announcer {
  private static final Logger LOG = LoggerFactory.getLogger(AutoScaler.class);

  private final String name;
  private final List<AutoScalerListener> listeners;
  private long failures;

  Announcer(String name, List<AutoScalerListener> listeners) {
    this.name = name;
    this.listeners = List.copyOf(listeners);
  }

  void tell(Consumer<AutoScalerListener> what) {
    for (AutoScalerListener listener : listeners) {
      try {
        what.accept(listener);
      } catch (RuntimeException | Error failure) {
        failures++;
        LOG.error("{}: a listener failed", name, failure);
      }
    }
  }

  long failures() {
    return failures;
  }
}
