package dev.steelyard.benchmarks.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws what a pick costs over the number of instances, both logarithmic. */
final class Plots {
  private static final Pattern DECIMALS = Pattern.compile("(\\.\\d)\\d+");
  private static final Color GRID = new Color(0xE4E4E4);
  private static final Color[] FLOORS = {
    new Color(0x888888), new Color(0xB0B0B0), new Color(0x606060), new Color(0xCCCCCC),
  };
  private static final Color[] OURS = {
    new Color(0x0050B0), new Color(0x0090D0), new Color(0x6A3FB5), new Color(0x00806A),
  };
  private static final Color[] PEERS = {
    new Color(0xD55E00),
    new Color(0xE69F00),
    new Color(0xB22222),
    new Color(0xCC79A7),
    new Color(0x8B6D31),
    new Color(0x7A9A01),
    new Color(0xF0708A),
  };

  private Plots() {}

  /** Draws a line per entry, from values by number of instances. */
  static void draw(Path file, String title, List<Line> lines) throws IOException {
    XYChart chart =
        new XYChartBuilder()
            .width(960)
            .height(560)
            .title(title + ", one thread")
            .xAxisTitle("instances")
            .yAxisTitle("ns per operation")
            .theme(ChartTheme.Matlab)
            .build();
    chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE).setMarkerSize(5);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    // Solid, as are all lines: dashes are drawn one by one.
    chart.getStyler().setPlotGridLinesColor(GRID).setPlotGridLinesStroke(new BasicStroke(1));
    Map<Kind, Integer> next = new EnumMap<>(Kind.class);
    for (Line line : lines) {
      if (line.nanos().isEmpty()) {
        continue;
      }
      int turn = next.merge(line.kind(), 1, Integer::sum) - 1;
      XYSeries series =
          chart.addSeries(
              line.label(),
              List.copyOf(line.nanos().keySet()),
              new ArrayList<>(line.nanos().values()));
      Color color = line.kind().colors[turn % line.kind().colors.length];
      series.setLineColor(color);
      series.setMarkerColor(color);
      series.setLineStyle(line.kind().stroke);
      series.setMarker(
          turn < line.kind().colors.length ? SeriesMarkers.CIRCLE : SeriesMarkers.SQUARE);
    }
    if (!chart.getSeriesMap().isEmpty()) {
      Files.createDirectories(file.toAbsolutePath().getParent());
      VectorGraphicsEncoder.saveVectorGraphic(chart, file.toString(), VectorGraphicsFormat.SVG);
      String drawn = Files.readString(file, StandardCharsets.UTF_8).stripTrailing();
      Files.writeString(file, DECIMALS.matcher(drawn).replaceAll("$1") + "\n");
    }
  }

  /** Whose line it is. */
  enum Kind {
    FLOOR(new BasicStroke(2), FLOORS),
    OURS(new BasicStroke(3), Plots.OURS),
    PEER(new BasicStroke(1.5f), PEERS);

    @SuppressWarnings("ImmutableEnumChecker") // it is
    private final BasicStroke stroke;

    @SuppressWarnings("ImmutableEnumChecker") // nobody writes to it
    private final Color[] colors;

    Kind(BasicStroke stroke, Color... colors) {
      this.stroke = stroke;
      this.colors = colors;
    }
  }

  /**
   * A line.
   *
   * @param kind whose
   * @param label its name
   * @param nanos nanoseconds by number of instances, ascending
   */
  record Line(Kind kind, String label, Map<Integer, Double> nanos) {}
}
