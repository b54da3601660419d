package dev.steelyard.autoscale.replay;

import dev.steelyard.autoscale.replay.ReplayResult.Change;
import java.util.List;

/** Pages with the picture, the numbers and the decisions, that need nothing from elsewhere. */
final class HtmlReport {
  private static final int LISTED = 200;

  private static final String STYLE =
      """
      :root{color-scheme:light dark}
      body{font:14px/1.45 system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;
      margin:24px auto;max-width:1240px;padding:0 16px;color:#1f2328;background:#fff}
      svg{width:100%;height:auto}pre{overflow-x:auto;padding:10px;background:#f6f8fa}
      table{border-collapse:collapse}td,th{padding:3px 12px 3px 0;text-align:left;
      border-bottom:1px solid #d8dee4;vertical-align:top}
      td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
      @media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}
      pre{background:#161b22}td,th{border-color:#30363d}}
      """;

  private HtmlReport() {}

  static String of(ReplayResult result) {
    StringBuilder html = new StringBuilder(1 << 16);
    begin(html, result.policy().name() + " on " + result.trace().name());
    html.append(Chart.svg(List.of(result)));
    table(html, List.of(result));
    notes(html, result.trace());
    decisions(html, result);
    return end(html);
  }

  static String of(ReplayComparison comparison) {
    StringBuilder html = new StringBuilder(1 << 16);
    ReplayResult first = comparison.first();
    begin(
        html,
        first.policy().name()
            + " and "
            + comparison.second().policy().name()
            + " on "
            + first.trace().name());
    List<ReplayResult> both = List.of(first, comparison.second());
    html.append(Chart.svg(both));
    html.append("<h2>Where they part</h2>\n<pre>");
    html.append(Words.escape(comparison.difference())).append("</pre>\n");
    table(html, both);
    notes(html, first.trace());
    return end(html);
  }

  private static void begin(StringBuilder html, String title) {
    html.append("<!DOCTYPE html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n");
    html.append("<meta name='viewport' content='width=device-width,initial-scale=1'>\n<title>");
    html.append(Words.escape(title)).append("</title>\n<style>\n").append(STYLE);
    html.append("</style>\n</head>\n<body>\n");
  }

  private static String end(StringBuilder html) {
    return html.append("</body>\n</html>\n").toString();
  }

  private static void table(StringBuilder html, List<ReplayResult> results) {
    html.append("<h2>Summary</h2>\n<table>\n<tr><th></th>");
    for (ReplayResult result : results) {
      html.append("<th class='n'>").append(Words.escape(result.policy().name())).append("</th>");
    }
    html.append("</tr>\n");
    for (SummaryTable.Row row : SummaryTable.rows(results)) {
      html.append("<tr><td>").append(Words.escape(row.name())).append("</td>");
      for (String value : row.values()) {
        html.append("<td class='n'>").append(Words.escape(value)).append("</td>");
      }
      html.append("</tr>\n");
    }
    html.append("</table>\n<p>").append(Words.escape(results.get(0).model().toString()));
    html.append("</p>\n");
  }

  private static void notes(StringBuilder html, Trace trace) {
    for (String note : trace.notes()) {
      html.append("<p>").append(Words.escape(note)).append("</p>\n");
    }
  }

  private static void decisions(StringBuilder html, ReplayResult result) {
    int all = result.changeCount();
    html.append("<h2>Decisions</h2>\n");
    if (all > LISTED) {
      html.append("<p>The first ").append(LISTED).append(" of ").append(all).append(".</p>\n");
    }
    html.append("<table>\n<tr><th>time (UTC)</th><th class='n'>from</th><th class='n'>to</th>");
    html.append("<th>reasons</th></tr>\n");
    for (int i = 0; i < Math.min(all, LISTED); i++) {
      Change change = result.change(i);
      html.append("<tr><td>").append(Words.time(change.time())).append("</td><td class='n'>");
      html.append(change.from()).append("</td><td class='n'>").append(change.to());
      html.append("</td><td>").append(Words.escape(change.reasons().toString()));
      html.append("<details><summary>why</summary><pre>");
      html.append(Words.escape(result.decision(change.tick()).explain()));
      html.append("</pre></details></td></tr>\n");
    }
    html.append("</table>\n");
  }
}
