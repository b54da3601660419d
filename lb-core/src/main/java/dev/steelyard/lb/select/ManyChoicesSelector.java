package dev.steelyard.lb.select;

import org.jspecify.annotations.Nullable;

/** Power of more than two choices on the number of outstanding requests. */
final class ManyChoicesSelector implements Selector {
  private final int choices;

  ManyChoicesSelector(int choices) {
    this.choices = choices;
  }

  @Override
  public Picker prepare(Candidates candidates, @Nullable Picker previous) {
    return new ManyChoicesPicker(candidates, choices);
  }

  @Override
  public String toString() {
    return "powerOfChoices(" + choices + ")";
  }
}
