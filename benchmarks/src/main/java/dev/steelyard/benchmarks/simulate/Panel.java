package dev.steelyard.benchmarks.simulate;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Lines over time.
 *
 * @param title what is seen
 * @param unit of the values, the title of their axis
 * @param scale of the values
 * @param lines the lines, in the order of the legend; the last is drawn on top
 */
record Panel(String title, String unit, Scale scale, List<Line> lines) {
  static final int WIDTH = 960;

  private static final Color GRID = new Color(0xE4E4E4);
  private static final int FONT_SIZE = 12;

  /**
   * Values over time.
   *
   * @param label for the legend
   * @param color its color
   * @param width of the stroke
   * @param seconds since the start of the run
   * @param values at these times; NaN where there is none
   */
  record Line(String label, Color color, float width, List<Double> seconds, List<Double> values) {}

  /**
   * How values are laid out.
   *
   * @param isLogarithmic whether equal distances are equal ratios
   * @param least at the lower end; what is below is drawn there
   * @param most at the upper end
   */
  record Scale(boolean isLogarithmic, double least, double most) {
    private static final double WIDE = 20;
    private static final double AROUND = 1.25;

    /** Logarithmic if the range of what is above 0 asks for it. */
    static Scale ofPositive(List<Line> lines) {
      double least = Double.POSITIVE_INFINITY;
      double most = 0;
      for (Line line : lines) {
        for (double value : line.values()) {
          if (value > 0) {
            least = Math.min(least, value);
            most = Math.max(most, value);
          }
        }
      }
      return most > WIDE * least ? new Scale(true, least / AROUND, most * AROUND) : fromZero(most);
    }

    /** From 0 to a little more than the most. */
    static Scale ofAll(List<Line> lines) {
      double most = 0;
      for (Line line : lines) {
        for (double value : line.values()) {
          most = Double.isNaN(value) ? most : Math.max(most, value);
        }
      }
      return fromZero(most);
    }

    private static Scale fromZero(double most) {
      return new Scale(false, 0, most > 0 ? most * 1.05 : 1);
    }
  }

  /** Draws it. */
  XYChart chart(int height) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(height)
            .title(title)
            .xAxisTitle("s since the start")
            .yAxisTitle(unit)
            .theme(ChartTheme.Matlab)
            .build();
    chart.getStyler().setLocale(Locale.ROOT);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    chart.getStyler().setLegendBorderColor(Color.WHITE);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, FONT_SIZE + 2));
    chart.getStyler().setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, FONT_SIZE));
    chart.getStyler().setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, FONT_SIZE));
    chart.getStyler().setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, FONT_SIZE));
    // Solid: dashes are drawn one by one.
    chart.getStyler().setPlotGridLinesColor(GRID).setPlotGridLinesStroke(new BasicStroke(1));
    chart.getStyler().setYAxisLogarithmic(scale.isLogarithmic());
    chart.getStyler().setYAxisMin(scale.least()).setYAxisMax(scale.most());
    chart.getStyler().setXAxisDecimalPattern("0.###").setYAxisDecimalPattern("0.######");
    chart.getStyler().setXAxisMin(0.0);
    for (Line line : lines) {
      XYSeries series =
          chart.addSeries(
              line.label(),
              line.seconds(),
              line.values().stream().map(value -> Math.max(value, scale.least())).toList());
      series.setLineColor(line.color());
      series.setLineStyle(
          new BasicStroke(line.width(), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
      series.setMarker(SeriesMarkers.NONE);
    }
    return chart;
  }
}
