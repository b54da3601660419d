package dev.steelyard.autoscale.forecast;

/**
 * The 97.5 % point of Student's t: the factor of a two-sided 95 % interval.
 *
 * <p>Up to {@value #EXACT} degrees of freedom the distribution function, for whole degrees a finite
 * sum of positive terms (Abramowitz and Stegun 26.7.3 and 26.7.4), is inverted by bisection; beyond
 * that the expansion of Cornish and Fisher is good to 2e-12.
 */
final class StudentT {
  /** The 97.5 % point of the normal distribution. */
  static final double NORMAL = 1.959963984540054;

  private static final int EXACT = 200;

  private StudentT() {}

  /** The point t with P(|T| <= t) = 0.95; infinite without a degree of freedom. */
  static double twoSided95(int degrees) {
    if (degrees < 1) {
      return Double.POSITIVE_INFINITY;
    }
    return degrees > EXACT ? expansion(degrees) : bisection(degrees);
  }

  private static double bisection(int degrees) {
    double low = NORMAL;
    double high = 13; // 12.7 with one degree of freedom
    for (int i = 0; i < 60; i++) {
      double middle = (low + high) / 2;
      if (within(middle, degrees) < Forecast.COVERAGE) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return (low + high) / 2;
  }

  private static double expansion(double v) {
    double z = NORMAL;
    double z2 = z * z;
    double g1 = (z2 + 1) * z / 4;
    double g2 = ((5 * z2 + 16) * z2 + 3) * z / 96;
    double g3 = (((3 * z2 + 19) * z2 + 17) * z2 - 15) * z / 384;
    double g4 = ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) * z / 92160;
    return z + (g1 + (g2 + (g3 + g4 / v) / v) / v) / v;
  }

  /** P(|T| <= t). */
  private static double within(double t, int degrees) {
    double cosine2 = degrees / (degrees + t * t);
    double sine = t / Math.sqrt(degrees + t * t);
    boolean odd = degrees % 2 == 1;
    double term = odd ? Math.sqrt(cosine2) : 1;
    double sum = degrees == 1 ? 0 : term;
    for (int k = odd ? 3 : 2; k <= degrees - 2; k += 2) {
      term *= cosine2 * (k - 1) / k;
      sum += term;
    }
    return odd ? 2 / Math.PI * (Math.asin(sine) + sine * sum) : sine * sum;
  }
}
