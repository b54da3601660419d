package dev.steelyard.benchmarks.simulate;

import dev.steelyard.lb.health.HealthMonitor;
import dev.steelyard.lb.health.HealthProbe;
import dev.steelyard.lb.registry.InstanceRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Reads the settings of a health monitor. */
final class HealthReader {
  private final Fields fields;
  private final List<UnaryOperator<HealthMonitor.Builder>> knobs = new ArrayList<>();

  HealthReader(Fields fields) {
    this.fields = fields;
  }

  UnaryOperator<HealthMonitor.Builder> read() {
    time("interval_s", HealthMonitor.Builder::interval);
    time("fast_interval_s", HealthMonitor.Builder::fastInterval);
    time("down_interval_s", HealthMonitor.Builder::downInterval);
    time("timeout_s", HealthMonitor.Builder::timeout);
    knob("rise", Value::whole, HealthMonitor.Builder::rise);
    knob("fall", Value::whole, HealthMonitor.Builder::fall);
    knob("passive_failures", Value::whole, HealthMonitor.Builder::passiveFailures);
    List<UnaryOperator<HealthMonitor.Builder>> all = List.copyOf(knobs);
    UnaryOperator<HealthMonitor.Builder> settings =
        monitor -> {
          HealthMonitor.Builder set = monitor;
          for (UnaryOperator<HealthMonitor.Builder> knob : all) {
            set = knob.apply(set);
          }
          return set;
        };
    settings.apply(trial()).build().close(); // what contradicts itself is refused here and now
    return settings;
  }

  private void time(
      String key, BiFunction<HealthMonitor.Builder, Duration, HealthMonitor.Builder> set) {
    knob(key, Value::seconds, set);
  }

  private <T> void knob(
      String key,
      Function<Value, T> reader,
      BiFunction<HealthMonitor.Builder, T, HealthMonitor.Builder> set) {
    fields.ifThere(
        key,
        value -> {
          T setting = reader.apply(value);
          var unused = set.apply(trial(), setting); // refused here and now, not in a run
          knobs.add(monitor -> set.apply(monitor, setting));
        });
  }

  private static HealthMonitor.Builder trial() {
    return HealthMonitor.builder(
        InstanceRegistry.of("http://localhost:1"), HealthProbe.http("/health"));
  }
}
