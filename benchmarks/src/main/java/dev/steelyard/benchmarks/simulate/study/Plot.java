package dev.steelyard.benchmarks.simulate.study;

import java.util.ArrayList;
import java.util.List;

/**
 * A drawing of lines. Written as SVG by hand and not by a library, so that its bytes depend on
 * nothing but the figures: not on the fonts of a machine.
 */
final class Plot {

  /** How a line is drawn. */
  enum Style {
    PLAIN,
    /** The one to look at. */
    BOLD,
    /** What others are held against: a bound, a goal, a formula. */
    REFERENCE
  }

  /**
   * A line; points that are no number, or not above 0 on a logarithmic axis, are gaps.
   *
   * @param name stands beside it
   * @param style how it is drawn
   * @param xs ascending
   * @param ys as many
   */
  record Line(String name, Style style, List<Double> xs, List<Double> ys) {
    Line {
      xs = List.copyOf(xs);
      ys = List.copyOf(ys);
      if (xs.size() != ys.size()) {
        throw new IllegalArgumentException(
            "line \"" + name + "\": " + ys.size() + " values (expected: " + xs.size() + ")");
      }
    }
  }

  /**
   * Something that happened.
   *
   * @param x where a vertical line is drawn
   * @param text what it says
   */
  record Mark(double x, String text) {}

  final String file;
  final String title;
  final String xTitle;
  final String yTitle;
  final List<Line> lines = new ArrayList<>();
  final List<Mark> marks = new ArrayList<>();
  boolean isLogX;
  boolean isLogY;

  /**
   * Begins a plot.
   *
   * @param file its name without folder and without {@code .svg}
   */
  Plot(String file, String title, String xTitle, String yTitle) {
    this.file = file;
    this.title = title;
    this.xTitle = xTitle;
    this.yTitle = yTitle;
  }

  Plot logX() {
    isLogX = true;
    return this;
  }

  Plot logY() {
    isLogY = true;
    return this;
  }

  Plot line(String name, List<Double> xs, List<Double> ys) {
    lines.add(new Line(name, Style.PLAIN, xs, ys));
    return this;
  }

  Plot boldLine(String name, List<Double> xs, List<Double> ys) {
    lines.add(new Line(name, Style.BOLD, xs, ys));
    return this;
  }

  Plot reference(String name, List<Double> xs, List<Double> ys) {
    lines.add(new Line(name, Style.REFERENCE, xs, ys));
    return this;
  }

  Plot mark(double x, String text) {
    marks.add(new Mark(x, text));
    return this;
  }

  /** What the text says where the plot is to be. */
  String link() {
    return "![" + title + "](simulation/" + file + ".svg)\n";
  }

  /** The drawing; refuses one without a single point. */
  String toSvg() {
    return new SvgWriter(this).draw();
  }
}
