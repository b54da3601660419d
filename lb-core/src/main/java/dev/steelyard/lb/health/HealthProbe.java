package dev.steelyard.lb.health;

import dev.steelyard.lb.registry.Instance;
import java.util.concurrent.CompletionStage;

/** Asks an instance whether it works. Implementations are thread-safe and do not block. */
@FunctionalInterface
public interface HealthProbe {

  /**
   * Begins a check.
   *
   * @param instance whom to ask
   * @return completes with true if the instance works, with false or a failure if it does not;
   *     cancelled when the check takes too long
   */
  CompletionStage<Boolean> check(Instance instance);
}
