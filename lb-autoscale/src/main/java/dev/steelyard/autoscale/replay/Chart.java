package dev.steelyard.autoscale.replay;

import java.time.Duration;
import java.util.List;

/**
 * The picture of one or two replays of the same load: the load and what the ready instances could
 * take, below it the instances of each policy with its decisions, and what went wrong. SVG, with
 * colours for a light and a dark page, and nothing from elsewhere.
 */
final class Chart {
  private static final double PAGE = 1200;
  private static final double LOAD_HEIGHT = 170;
  private static final double INSTANCES_HEIGHT = 230;
  private static final double VIOLATIONS_HEIGHT = 56;
  private static final double GAP = 46;
  private static final double ROW = 22;
  private static final int COLUMNS = (int) Panel.WIDTH;

  private static final String STYLE =
      """
      text{font:12px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;fill:#1f2328}
      .page{fill:#ffffff}.title{font-size:18px;font-weight:600}.sub,.tick{fill:#59636e}
      .end{text-anchor:end}.mid,.axis{text-anchor:middle}.axis{fill:#59636e}
      .panel{font-weight:600}.head{fill:#59636e}
      .grid{stroke:#d8dee4;fill:none}path{vector-effect:non-scaling-stroke}
      .load,.demand,.ready,.ordered,.capacity{fill:none;stroke-width:1.5}
      .load{stroke:#0969da}.capacity,.ready{stroke:#1a7f37}.demand{stroke:#8250df}
      .ordered{stroke:#bc4c00;stroke-dasharray:4 3}
      .band{stroke-width:.4}.load.band{fill:#0969da;fill-opacity:.3}
      .ready.band,.capacity.band{fill:#1a7f37;fill-opacity:.25}
      .demand.band{fill:#8250df;fill-opacity:.25}
      .ordered.band{fill:#bc4c00;fill-opacity:.15;stroke-dasharray:none}
      .lost{fill:#cf222e}.slow{fill:#d4a72c}.up{fill:#1a7f37}.down{fill:#bc4c00}
      .up:hover,.down:hover{stroke:#1f2328;stroke-width:1.5}
      @media(prefers-color-scheme:dark){
      text{fill:#e6edf3}.page{fill:#0d1117}.sub,.tick,.axis,.head{fill:#9198a1}
      .grid{stroke:#30363d}.load{stroke:#4493f8}.capacity,.ready{stroke:#3fb950}
      .demand{stroke:#ab7df8}.ordered{stroke:#f0883e}
      .load.band{fill:#4493f8}.ready.band,.capacity.band{fill:#3fb950}
      .demand.band{fill:#ab7df8}.ordered.band{fill:#f0883e}
      .lost{fill:#f85149}.slow{fill:#d29922}.up{fill:#3fb950}.down{fill:#f0883e}
      .up:hover,.down:hover{stroke:#e6edf3}}
      """;

  private final List<ReplayResult> results;
  private final ReplayResult first;
  private final Trace trace;
  private final StringBuilder svg = new StringBuilder(1 << 16);
  private final Columns columns;

  private Chart(List<ReplayResult> results) {
    this.results = results;
    this.first = results.get(0);
    this.trace = first.trace();
    this.columns = new Columns(trace.size(), COLUMNS);
  }

  static String svg(List<ReplayResult> results) {
    return new Chart(results).draw();
  }

  private String draw() {
    int lines = (SummaryTable.rows(results).size() + 1) / 2 + 2;
    double table = ROW * lines;
    double each = INSTANCES_HEIGHT + VIOLATIONS_HEIGHT + 2 * GAP;
    double height = 122 + LOAD_HEIGHT + results.size() * each + GAP + table;
    head(height);
    drawTimes(122, 122 + LOAD_HEIGHT + results.size() * each);
    double y = 122;
    drawLoad(y);
    y += LOAD_HEIGHT;
    for (ReplayResult result : results) {
      drawInstances(result, y + GAP);
      drawViolations(result, y + 2 * GAP + INSTANCES_HEIGHT);
      y += each;
    }
    drawTable(y + GAP + 14);
    return svg.append("</svg>\n").toString();
  }

  private void head(double height) {
    StringBuilder names = new StringBuilder();
    for (ReplayResult result : results) {
      names.append(names.length() == 0 ? "" : " and ").append(result.policy().name());
    }
    String title = Words.escape(names + " on " + trace.name());
    svg.append("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1200 ");
    svg.append(Panel.coordinate(height)).append("' role='img' aria-label=\"").append(title);
    svg.append("\">\n<title>").append(title).append("</title>\n<style>").append(STYLE);
    svg.append("</style>\n<rect class='page' width='1200' height='");
    svg.append(Panel.coordinate(height)).append("'/>\n");
    text("title", Panel.LEFT, 32, names + " on " + trace.name());
    text(
        "sub",
        Panel.LEFT,
        53,
        Words.time(trace.start())
            + " to "
            + Words.time(trace.end())
            + " UTC, every "
            + Words.span(trace.interval())
            + "; an instance takes "
            + Words.number(first.model().capacity)
            + " "
            + Words.per(first.model())
            + ", starts in "
            + Words.span(Duration.ofMillis(first.model().startupMillis))
            + (columns.count == trace.size() ? "" : "; bands from least to greatest, lines: mean"));
    legend();
  }

  private void legend() {
    double x = Panel.LEFT;
    String[][] entries = {
      {"load", "load"},
      {"demand", "instances needed"},
      {"ordered", "instances ordered"},
      {"ready", "instances ready, and what they can take"},
    };
    for (String[] entry : entries) {
      svg.append("<path class='").append(entry[0]).append("' d='M");
      svg.append(Panel.coordinate(x)).append(" 76h22'/>");
      text("head", x + 28, 80, entry[1]);
      x += 46 + 6.6 * entry[1].length();
    }
    x = triangle("up", "l5 9h-10z", 71, "scaled up", x);
    x = triangle("down", "l5 -9h-10z", 81, "scaled down", x);
    x = box("lost", "lost", x);
    box("slow", "too slow", x);
  }

  private double triangle(String style, String shape, double y, String words, double x) {
    svg.append("<path class='").append(style).append("' d='M").append(Panel.coordinate(x + 6));
    svg.append(' ').append(Panel.coordinate(y)).append(shape).append("'/>");
    text("head", x + 16, 80, words);
    return x + 36 + 6.6 * words.length();
  }

  private double box(String style, String words, double x) {
    svg.append("<rect class='").append(style).append("' x='").append(Panel.coordinate(x));
    svg.append("' y='71' width='10' height='10'/>");
    text("head", x + 16, 80, words);
    return x + 36 + 6.6 * words.length();
  }

  private void drawLoad(double top) {
    double peak = trace.max();
    double most = peak;
    boolean one = results.size() == 1;
    double capacity = first.model().capacity;
    if (one) {
      for (int i = 0; i < trace.size(); i++) {
        most = Math.max(most, Math.min(3 * peak, first.ready(i) * capacity));
      }
    }
    List<Axis.Mark> marks = Axis.numbers(most, 5, false);
    Panel panel = new Panel(svg, columns, trace.size(), top, LOAD_HEIGHT, marks);
    panel.frame("Load: " + trace.name(), Words.per(first.model()), marks);
    if (one) {
      double limit = marks.get(marks.size() - 1).at();
      panel.curve("capacity", i -> Math.min(limit, first.ready(i) * capacity));
    }
    panel.curve("load", trace::value);
  }

  private void drawInstances(ReplayResult result, double top) {
    int most = 1;
    for (ReplayResult any : results) {
      for (int i = 0; i < any.size(); i++) {
        most = Math.max(most, Math.max(any.ordered(i), any.demand(i)));
      }
    }
    List<Axis.Mark> marks = Axis.numbers(most * 1.15, 6, true);
    Panel panel = new Panel(svg, columns, trace.size(), top, INSTANCES_HEIGHT, marks);
    panel.frame("Instances: " + result.policy().name(), "instances", marks);
    panel.curve("demand", result::demand);
    panel.curve("ordered", result::ordered);
    panel.curve("ready", result::ready);
    new Marks(svg, result, top).draw();
  }

  private void drawViolations(ReplayResult result, double top) {
    List<Axis.Mark> marks =
        List.of(new Axis.Mark(0, "0"), new Axis.Mark(50, "50"), new Axis.Mark(100, "100"));
    Panel panel = new Panel(svg, columns, trace.size(), top, VIOLATIONS_HEIGHT, marks);
    panel.frame("Load lost or answered too slowly, where it is 0.1 % or more", "%", marks);
    panel.bars("slow", i -> shown(100 * result.violationShare(i)));
    panel.bars("lost", i -> shown(100 * result.lostShare(i)));
  }

  /** A queue has some slow request at every load: what rounds to nothing is not drawn. */
  private static double shown(double percent) {
    return percent < 0.1 ? 0 : percent;
  }

  private void drawTimes(double top, double bottom) {
    long from = trace.startMillis(0);
    long to = trace.startMillis(trace.size());
    for (Axis.Mark mark : Axis.times(from, to, 12)) {
      double x = Panel.LEFT + Panel.WIDTH * (mark.at() - from) / (to - from);
      svg.append("<path class='grid' d='M").append(Panel.coordinate(x)).append(' ');
      svg.append(Panel.coordinate(top)).append('V').append(Panel.coordinate(bottom)).append("'/>");
      text("tick mid", x, bottom + 18, mark.label());
    }
    text("tick end", PAGE - 24, bottom + 34, "time (UTC)");
  }

  private void drawTable(double top) {
    List<SummaryTable.Row> rows = SummaryTable.rows(results);
    int half = (rows.size() + 1) / 2;
    for (int i = 0; i < rows.size(); i++) {
      double x = i < half ? Panel.LEFT : PAGE / 2 + 30;
      double y = top + ROW * (1 + i % half);
      SummaryTable.Row row = rows.get(i);
      text("head", x, y, row.name());
      for (int j = 0; j < row.values().size(); j++) {
        text("end", x + 340 + 130.0 * j, y, row.values().get(j));
      }
    }
    if (results.size() > 1) {
      for (int j = 0; j < results.size(); j++) {
        text("panel end", Panel.LEFT + 340 + 130.0 * j, top, results.get(j).policy().name());
        text("panel end", PAGE / 2 + 370 + 130.0 * j, top, results.get(j).policy().name());
      }
    }
  }

  private void text(String style, double x, double y, String words) {
    svg.append("<text class='").append(style).append("' x='").append(Panel.coordinate(x));
    svg.append("' y='").append(Panel.coordinate(y)).append("'>").append(Words.escape(words));
    svg.append("</text>\n");
  }
}
