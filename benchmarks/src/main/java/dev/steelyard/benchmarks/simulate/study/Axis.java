package dev.steelyard.benchmarks.simulate.study;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Where values are on a drawing. */
final class Axis {
  private static final int MOST_TICKS = 8;
  private static final double LN_10 = StrictMath.log(10);

  private final double from;
  private final double to;
  private final boolean isLog;
  private final double fromPixel;
  private final double toPixel;

  private Axis(double from, double to, boolean isLog, double fromPixel, double toPixel) {
    this.from = from;
    this.to = to;
    this.isLog = isLog;
    this.fromPixel = fromPixel;
    this.toPixel = toPixel;
  }

  /** With room at its end if it has some, and from 0 if that is near and not logarithmic. */
  static Axis over(
      List<Double> values, boolean isLog, boolean hasRoom, double fromPixel, double toPixel) {
    double least = Collections.min(values);
    double most = Collections.max(values);
    if (isLog) {
      double room = hasRoom ? 1.15 : 1;
      return new Axis(
          least / room, least == most ? most * 2 : most * room, true, fromPixel, toPixel);
    }
    double from = hasRoom && least > 0 ? 0 : least;
    double to = most + (hasRoom ? 0.05 * (most - from) : 0);
    return new Axis(from, to > from ? to : from + 1, false, fromPixel, toPixel);
  }

  double at(double value) {
    double share =
        isLog
            ? StrictMath.log(value / from) / StrictMath.log(to / from)
            : (value - from) / (to - from);
    return fromPixel + share * (toPixel - fromPixel);
  }

  List<Double> ticks() {
    return isLog ? logTicks() : evenTicks();
  }

  private List<Double> evenTicks() {
    double rough = (to - from) / MOST_TICKS;
    double power = StrictMath.pow(10, Math.floor(StrictMath.log(rough) / LN_10));
    double step = power * 10;
    for (double each : new double[] {1, 2, 5}) {
      if (power * each >= rough) {
        step = power * each;
        break;
      }
    }
    List<Double> ticks = new ArrayList<>();
    for (long i = (long) Math.ceil(from / step - 1e-9); i * step <= to + 1e-9 * step; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  private List<Double> logTicks() {
    double decades = StrictMath.log(to / from) / LN_10;
    double[] within =
        decades > 3
            ? new double[] {1}
            : decades > 1.2 ? new double[] {1, 2, 5} : new double[] {1, 1.5, 2, 3, 4, 5, 6, 8};
    List<Double> ticks = new ArrayList<>();
    int first = (int) Math.floor(StrictMath.log(from) / LN_10);
    for (int power = first; power <= first + (int) decades + 2; power++) {
      for (double each : within) {
        double tick = each * StrictMath.pow(10, power);
        if (tick >= from * (1 - 1e-9) && tick <= to * (1 + 1e-9)) {
          ticks.add(tick);
        }
      }
    }
    return ticks;
  }

  static String name(double tick) {
    return tick == 0
        ? "0"
        : new BigDecimal(tick).round(new MathContext(6)).stripTrailingZeros().toPlainString();
  }
}
