package dev.steelyard.autoscale.replay;

import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;

/**
 * A part of the picture with its own vertical axis. A curve is a step function; where a column of
 * pixels stands for many intervals, it is the band between the least and the greatest value.
 */
final class Panel {
  static final double LEFT = 78;
  static final double WIDTH = 1098;

  private final StringBuilder svg;
  private final Columns columns;
  private final int size;
  private final double top;
  private final double height;
  private final double greatest;

  Panel(
      StringBuilder svg,
      Columns columns,
      int size,
      double top,
      double height,
      List<Axis.Mark> marks) {
    this(svg, columns, size, top, height, marks.get(marks.size() - 1).at());
  }

  private Panel(
      StringBuilder svg, Columns columns, int size, double top, double height, double greatest) {
    this.svg = svg;
    this.columns = columns;
    this.size = size;
    this.top = top;
    this.height = height;
    this.greatest = greatest;
  }

  /** The frame, horizontal lines, labels and the name of the axis. */
  void frame(String title, String unit, List<Axis.Mark> marks) {
    for (Axis.Mark mark : marks) {
      String y = coordinate(y(mark.at()));
      add(
          "<path class='grid' d='M",
          coordinate(LEFT),
          " ",
          y,
          "H",
          coordinate(LEFT + WIDTH),
          "'/>");
      add("<text class='tick end' x='", coordinate(LEFT - 8), "' y='");
      add(coordinate(y(mark.at()) + 4), "'>", mark.label(), "</text>\n");
    }
    double middle = top + height / 2;
    add("<text class='axis' transform='translate(16 ", coordinate(middle), ") rotate(-90)'>");
    add(Words.escape(unit), "</text>\n");
    add("<text class='panel' x='", coordinate(LEFT), "' y='", coordinate(top - 9), "'>");
    add(Words.escape(title), "</text>\n");
  }

  /** A curve, in the style of the class; not drawn where the value is NaN. A band has its mean. */
  void curve(String style, IntToDoubleFunction values) {
    boolean exact = columns.count == size;
    if (!exact) {
      band(style + " band", values, false);
      Columns pixels = columns;
      new Panel(svg, new Columns(pixels.count, pixels.count), pixels.count, top, height, greatest)
          .band(style, i -> pixels.mean(i, values), true);
      return;
    }
    band(style, values, true);
  }

  private void band(String style, IntToDoubleFunction values, boolean exact) {
    StringBuilder path = new StringBuilder();
    int from = 0;
    while (from < columns.count) {
      if (Double.isNaN(columns.greatest(from, values))) {
        from++;
        continue;
      }
      int to = from;
      while (to < columns.count && !Double.isNaN(columns.greatest(to, values))) {
        to++;
      }
      stretch(path, values, from, to, exact);
      from = to;
    }
    if (path.length() > 0) {
      add("<path class='", style, "' d='", path.toString(), "'/>\n");
    }
  }

  private void stretch(
      StringBuilder path, IntToDoubleFunction values, int from, int to, boolean exact) {
    String last = coordinate(y(columns.greatest(from, values)));
    path.append('M').append(coordinate(x(from))).append(' ').append(last);
    for (int i = from + 1; i < to; i++) {
      last = step(path, i, columns.greatest(i, values), last);
    }
    path.append('H').append(coordinate(x(to)));
    if (!exact) {
      last = coordinate(y(columns.least(to - 1, values)));
      path.append('V').append(last);
      for (int i = to - 1; i > from; i--) {
        last = step(path, i, columns.least(i - 1, values), last);
      }
      path.append('H').append(coordinate(x(from))).append('Z');
    }
  }

  private String step(StringBuilder path, int column, double value, String last) {
    String next = coordinate(y(value));
    if (!next.equals(last)) {
      path.append('H').append(coordinate(x(column))).append('V').append(next);
    }
    return next;
  }

  /** Bars from the bottom, one per column with a value above 0. */
  void bars(String style, IntToDoubleFunction values) {
    StringBuilder path = new StringBuilder();
    String bottom = coordinate(top + height);
    for (int i = 0; i < columns.count; i++) {
      double value = columns.greatest(i, values);
      if (value > 0) {
        path.append('M').append(coordinate(x(i))).append(' ').append(bottom);
        path.append('V').append(coordinate(Math.min(y(value), top + height - 1)));
        path.append('H').append(coordinate(Math.max(x(i + 1), x(i) + 1)));
        path.append('V').append(bottom).append('Z');
      }
    }
    if (path.length() > 0) {
      add("<path class='", style, "' d='", path.toString(), "'/>\n");
    }
  }

  double x(int column) {
    return LEFT + WIDTH * columns.first(column) / size;
  }

  private double y(double value) {
    return top + height * (1 - value / greatest);
  }

  private void add(String... parts) {
    for (String part : parts) {
      svg.append(part);
    }
  }

  /** At most two digits after the point, without zeros at the end. */
  static String coordinate(double value) {
    long hundredths = Math.round(value * 100);
    if (hundredths % 100 == 0) {
      return Long.toString(hundredths / 100);
    }
    String text =
        String.format(Locale.ROOT, "%d.%02d", hundredths / 100, Math.abs(hundredths % 100));
    return text.endsWith("0") ? text.substring(0, text.length() - 1) : text;
  }
}
