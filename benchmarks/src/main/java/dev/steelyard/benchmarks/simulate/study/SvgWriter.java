package dev.steelyard.benchmarks.simulate.study;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Draws a plot: axes, grid, marks, lines, and the name of each line at its end. */
final class SvgWriter {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 420;
  private static final int LEFT = 70;
  private static final int RIGHT = 170;
  private static final int TOP = 44;
  private static final int BOTTOM = 52;
  private static final int LABEL_HEIGHT = 14;
  private static final String BOLD = "#0050b0";
  private static final String REFERENCE = "#222";
  private static final List<String> COLORS =
      List.of(
          "#d55e00", "#009e73", "#b22222", "#cc79a7", "#8b6d31", "#e69f00", "#6a3fb5", "#00a0c0",
          "#666666", "#7a9a01");

  private final Plot plot;
  private final Axis x;
  private final Axis y;
  private final StringBuilder svg = new StringBuilder();

  /** Where the name of a line would best be. */
  private record Label(String text, String color, boolean isBold, double y) {}

  SvgWriter(Plot plot) {
    this.plot = plot;
    List<Double> xs = new ArrayList<>();
    List<Double> ys = new ArrayList<>();
    for (Plot.Line line : plot.lines) {
      for (int i = 0; i < line.xs().size(); i++) {
        if (isDrawn(line, i)) {
          xs.add(line.xs().get(i));
          ys.add(line.ys().get(i));
        }
      }
    }
    if (xs.isEmpty()) {
      throw new IllegalArgumentException(plot.file + ": no point (expected: at least one)");
    }
    x = Axis.over(xs, plot.isLogX, false, LEFT, WIDTH - (double) RIGHT);
    y = Axis.over(ys, plot.isLogY, true, HEIGHT - (double) BOTTOM, TOP);
  }

  private boolean isDrawn(Plot.Line line, int i) {
    double px = line.xs().get(i);
    double py = line.ys().get(i);
    return isFinite(px) && isFinite(py) && !(plot.isLogX && px <= 0) && !(plot.isLogY && py <= 0);
  }

  private static boolean isFinite(double value) {
    return Math.abs(value) <= Double.MAX_VALUE;
  }

  String draw() {
    svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ")
        .append(WIDTH + " " + HEIGHT)
        .append("\" font-family=\"sans-serif\" font-size=\"12\">\n")
        .append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
    text(LEFT, 24, "start", "font-size=\"15\" font-weight=\"bold\"", plot.title);
    grid();
    for (Plot.Mark mark : plot.marks) {
      mark(mark);
    }
    lines();
    return svg.append("</svg>\n").toString();
  }

  private void grid() {
    double bottom = HEIGHT - (double) BOTTOM;
    double right = WIDTH - (double) RIGHT;
    for (double tick : y.ticks()) {
      segment(LEFT, y.at(tick), right, y.at(tick), "stroke=\"#e4e4e4\"");
      text(LEFT - 8, y.at(tick) + 4, "end", "fill=\"#444\"", Axis.name(tick));
    }
    for (double tick : x.ticks()) {
      segment(x.at(tick), bottom, x.at(tick), bottom + 5, "stroke=\"#444\"");
      text(x.at(tick), bottom + 18, "middle", "fill=\"#444\"", Axis.name(tick));
    }
    segment(LEFT, bottom, right, bottom, "stroke=\"#444\"");
    text((LEFT + right) / 2, HEIGHT - 12, "middle", "fill=\"#222\"", plot.xTitle);
    double middle = (TOP + bottom) / 2;
    text(
        18,
        middle,
        "middle",
        "fill=\"#222\" transform=\"rotate(-90 18 " + number(middle) + ")\"",
        plot.yTitle);
  }

  private void mark(Plot.Mark mark) {
    double bottom = HEIGHT - (double) BOTTOM;
    double at = x.at(mark.x());
    segment(at, TOP, at, bottom, "stroke=\"#999\" stroke-dasharray=\"3 3\"");
    text(at + 3, TOP - 4, "start", "fill=\"#666\" font-size=\"11\"", mark.text());
  }

  private void lines() {
    List<Label> labels = new ArrayList<>();
    List<String> bold = new ArrayList<>();
    int next = 0;
    for (Plot.Line line : plot.lines) {
      boolean isBold = line.style() == Plot.Style.BOLD;
      boolean isReference = line.style() == Plot.Style.REFERENCE;
      String color = isBold ? BOLD : isReference ? REFERENCE : COLORS.get(next++ % COLORS.size());
      StringBuilder path = new StringBuilder();
      boolean isPenDown = false;
      int drawn = 0;
      double end = 0;
      double endX = 0;
      for (int i = 0; i < line.xs().size(); i++) {
        if (!isDrawn(line, i)) {
          isPenDown = false;
          continue;
        }
        end = y.at(line.ys().get(i));
        endX = x.at(line.xs().get(i));
        path.append(isPenDown ? 'L' : 'M').append(number(endX)).append(' ').append(number(end));
        isPenDown = true;
        drawn++;
      }
      if (drawn == 0) {
        continue;
      }
      String drawing =
          drawn == 1
              ? "<circle cx=\""
                  + number(endX)
                  + "\" cy=\""
                  + number(end)
                  + "\" r=\"4\" fill=\""
                  + color
                  + "\"/>\n"
              : "<path d=\""
                  + path
                  + "\" fill=\"none\" stroke=\""
                  + color
                  + "\" stroke-width=\""
                  + (isBold ? "3" : "1.5")
                  + (isReference ? "\" stroke-dasharray=\"6 4" : "")
                  + "\" stroke-linejoin=\"round\"/>\n";
      if (isBold) {
        bold.add(drawing);
      } else {
        svg.append(drawing);
      }
      labels.add(new Label(line.name(), color, isBold, end));
    }
    bold.forEach(svg::append); // above the others
    name(labels);
  }

  /** The names stand in the order of the ends of their lines, none upon another. */
  private void name(List<Label> labels) {
    List<Label> sorted = new ArrayList<>(labels);
    sorted.sort(Comparator.comparingDouble(Label::y));
    double[] at = new double[sorted.size()];
    double free = TOP;
    for (int i = 0; i < at.length; i++) {
      at[i] = Math.max(sorted.get(i).y(), free);
      free = at[i] + LABEL_HEIGHT;
    }
    double limit = HEIGHT - (double) BOTTOM;
    for (int i = at.length - 1; i >= 0; i--) {
      at[i] = Math.min(at[i], limit);
      limit = at[i] - LABEL_HEIGHT;
    }
    double right = WIDTH - (double) RIGHT;
    for (int i = 0; i < at.length; i++) {
      Label label = sorted.get(i);
      segment(right + 2, label.y(), right + 12, at[i], "stroke=\"" + label.color() + "\"");
      text(
          right + 15,
          at[i] + 4,
          "start",
          "fill=\"" + label.color() + "\"" + (label.isBold() ? " font-weight=\"bold\"" : ""),
          label.text());
    }
  }

  private void segment(double fromX, double fromY, double toX, double toY, String style) {
    svg.append("<line x1=\"")
        .append(number(fromX))
        .append("\" y1=\"")
        .append(number(fromY))
        .append("\" x2=\"")
        .append(number(toX))
        .append("\" y2=\"")
        .append(number(toY))
        .append("\" ")
        .append(style)
        .append("/>\n");
  }

  private void text(double atX, double atY, String anchor, String style, String text) {
    svg.append("<text x=\"")
        .append(number(atX))
        .append("\" y=\"")
        .append(number(atY))
        .append("\" text-anchor=\"")
        .append(anchor)
        .append("\" ")
        .append(style)
        .append('>')
        .append(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
        .append("</text>\n");
  }

  private static String number(double value) {
    return Figures.fixed(value, 1);
  }
}
