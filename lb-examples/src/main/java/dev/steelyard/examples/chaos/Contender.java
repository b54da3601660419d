package dev.steelyard.examples.chaos;

import java.util.Locale;

/** Who may take part. */
enum Contender {
  /** This library. */
  STEELYARD {
    @Override
    Client open(Target target) {
      return new SteelyardClient(target);
    }
  },
  /** Spring Cloud LoadBalancer with Resilience4j, set up for this load. */
  SPRING {
    @Override
    Client open(Target target) {
      return new SpringClient(target, SpringClient.Tuning.tuned());
    }
  },
  /** The same with the numbers that Resilience4j comes with. */
  SPRING_DEFAULTS {
    @Override
    Client open(Target target) {
      return new SpringClient(target, SpringClient.Tuning.defaults());
    }
  };

  abstract Client open(Target target);

  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public String toString() {
    return label();
  }
}
