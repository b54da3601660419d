package dev.steelyard.autoscale.loop;

import java.util.List;
import java.util.Map;

/**
 * What Prometheus answered to an instant query, as it is: nothing is judged yet.
 *
 * @param rows the series in the order of the answer; a scalar is a row without labels
 * @param warnings what the server says is wrong with the data; notes on the query itself are not
 *     among them
 */
record PrometheusAnswer(List<Row> rows, List<String> warnings) {
  PrometheusAnswer {
    rows = List.copyOf(rows);
    warnings = List.copyOf(warnings);
  }

  /**
   * One series.
   *
   * @param atMillis the time that the server gives, in epoch milliseconds: the time of the
   *     evaluation, not that of the scrape
   * @param value NaN and infinities included
   */
  record Row(Map<String, String> labels, long atMillis, double value) {
    Row {
      labels = Map.copyOf(labels);
    }
  }
}
