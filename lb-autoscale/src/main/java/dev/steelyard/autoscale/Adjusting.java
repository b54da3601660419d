package dev.steelyard.autoscale;

/** The arithmetic of changes by a number or by percent; each peer rounds in its own way. */
final class Adjusting {
  /** What is this near to a whole number is one. */
  private static final double ROUNDING_ERROR = 1e-9;

  private Adjusting() {}

  static double change(double from, double change) {
    return clip(from + change);
  }

  static double towardZero(double from, double percent, double least) {
    double exact = from * Math.abs(percent) / 100;
    double change = exact > 0 ? Math.max(1, Math.floor(exact + ROUNDING_ERROR)) : 0;
    return clip(from + Math.signum(percent) * Math.max(change, least));
  }

  static double nearest(double from, double percent, double least) {
    double to = Math.floor(from * (1 + percent / 100) + 0.5 + ROUNDING_ERROR);
    double change = Math.max(1, Math.max(Math.abs(to - from), least));
    return clip(from + Math.signum(percent) * change);
  }

  static double up(double from, double percent, double least) {
    double to = Formula.ceil(from * (1 + percent / 100));
    return clip(from + Math.signum(percent) * Math.max(Math.abs(to - from), least));
  }

  private static double clip(double count) {
    return Math.max(0, Math.min(count, Integer.MAX_VALUE));
  }
}
