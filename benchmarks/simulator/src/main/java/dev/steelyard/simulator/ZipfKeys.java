package dev.steelyard.simulator;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.RequestContext;
import java.util.Arrays;

/** Requests with keys, of which some are asked for more often than others. */
final class ZipfKeys implements Scenario.Requests {
  private final double[] cumulated;
  private final RequestContext[] requests;

  ZipfKeys(int keys, double exponent) {
    this.cumulated = new double[keys];
    this.requests = new RequestContext[keys];
    double sum = 0;
    for (int i = 0; i < keys; i++) {
      sum += StrictMath.pow(i + 1.0, -exponent);
      cumulated[i] = sum;
      requests[i] = RequestContext.forKey("key-" + i).idempotent(true);
    }
  }

  @Override
  public RequestContext next(long number, RandomSource random) {
    double drawn = Stream.open(random) * cumulated[cumulated.length - 1];
    int found = Arrays.binarySearch(cumulated, drawn);
    return requests[Math.min(found < 0 ? -found - 1 : found, requests.length - 1)];
  }
}
