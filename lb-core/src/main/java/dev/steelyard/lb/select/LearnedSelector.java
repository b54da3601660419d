package dev.steelyard.lb.select;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.RequestContext;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/** Power of two choices on a learned prediction of the time a request would take. */
final class LearnedSelector implements Selector {
  /** One in this many picks is random. */
  static final int EXPLORATION = 100;

  private static final Selector RANDOM = new RandomSelector();

  @Override
  public Picker prepare(Candidates candidates, @Nullable Picker previous) {
    IdentityHashMap<Endpoint, LearnedModel> known = new IdentityHashMap<>();
    PickTime time = new PickTime();
    if (previous instanceof Exploring old) {
      time = old.time;
      for (LearnedModel model : old.models) {
        known.put(model.endpoint(), model);
      }
    }
    LearnedModel[] models = new LearnedModel[candidates.size()];
    for (int i = 0; i < models.length; i++) {
      Endpoint endpoint = candidates.endpoint(i);
      LearnedModel model = known.get(endpoint);
      models[i] = model == null ? new LearnedModel(endpoint, time) : model;
      endpoint.listen(models[i]);
    }
    return new Exploring(candidates, models, time);
  }

  @Override
  public boolean isTimed() {
    return true;
  }

  @Override
  public String toString() {
    return "learned";
  }

  /**
   * Takes any candidate now and then: one that has once been slow is never the better of two, so
   * nothing new would be learned of it.
   */
  private static final class Exploring implements Picker {
    private final Picker predicting;
    private final Picker any;
    private final RandomSource random;
    private final LearnedModel[] models;
    private final PickTime time;

    Exploring(Candidates candidates, LearnedModel[] models, PickTime time) {
      this.predicting = new Predicting(candidates, models);
      this.any = RANDOM.prepare(candidates, null);
      this.random = candidates.random();
      this.models = models;
      this.time = time;
    }

    @Override
    public @Nullable Endpoint pick(RequestContext request, Exclusions excluded, long nowNanos) {
      time.see(nowNanos);
      if (excluded.isEmpty() && models.length > 1 && random.nextInt(EXPLORATION) == 0) {
        Endpoint endpoint = any.pick(request, excluded, nowNanos);
        if (endpoint != null && !isToBeAvoided(endpoint)) {
          return endpoint;
        }
      }
      return predicting.pick(request, excluded, nowNanos);
    }

    private static boolean isToBeAvoided(Endpoint endpoint) {
      return endpoint.failureRate() >= TwoChoicesPicker.AVOIDED_RATE
          || (endpoint.isUnproven() && endpoint.inFlight() > 0);
    }
  }

  private static final class Predicting extends TwoChoicesPicker {
    private final LearnedModel[] models;

    Predicting(Candidates candidates, LearnedModel[] models) {
      super(candidates);
      this.models = models;
    }

    /**
     * The predicted time, of a further request, at the load per unit of weight. What is proven but
     * has no model (its answers were not to be counted) goes by its average latency.
     */
    @Override
    double load(int index, Endpoint endpoint, double inverseWeight, long nowNanos) {
      double outstanding = endpoint.inFlight() * inverseWeight;
      if (endpoint.isUnproven()) {
        return outstanding == 0 ? 0 : AVOIDED_LOAD * (1 + outstanding);
      }
      double predicted = models[index].predict(1 + outstanding);
      return predicted >= 0 ? predicted : (endpoint.latencyNanos(nowNanos) + 1) * (1 + outstanding);
    }
  }
}
