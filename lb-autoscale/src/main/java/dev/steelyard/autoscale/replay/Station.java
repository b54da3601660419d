package dev.steelyard.autoscale.replay;

/**
 * What happens to the load of one interval. Work beyond the capacity waits, up to a limit, and is
 * served first in the next interval. How long requests wait at random comes from Sakasegawa's
 * closed form for M/M/m (Annals of the Institute of Statistical Mathematics 29, 1977), with an
 * exponential tail; close to saturation, where the closed form has no bound, it is at most what a
 * queue at critical load grows to within the interval (a reflected random walk).
 *
 * <p>The results are in fields, which the next call overwrites: a year is half a million calls.
 */
final class Station {
  private static final double MEAN_OF_ROOT = 2.0 / 3;

  private final double seconds;
  private final double capacityPerSecond;
  private final double queueLimit;
  private final double serviceSeconds;
  private final double limitSeconds;
  private final double quantile;

  /** What arrived, was served, could not wait, and waits at the end: amounts, not rates. */
  double offered;

  double served;
  double lost;
  double backlog;

  /** Served over what could have been served, 0 to 1; NaN without instances. */
  double utilization;

  /** Seconds, mean and at the model's quantile; NaN if nothing could be served. */
  double meanResponse;

  double response;

  /** Share of the served requests that were slower than the limit. */
  double slowShare;

  /** Waiting in the mean, and waiting or being worked on. */
  double queueDepth;

  double inFlight;

  Station(ServiceModel model, long intervalMillis) {
    this.seconds = intervalMillis / 1000.0;
    this.capacityPerSecond = model.capacityPerSecond();
    this.queueLimit = model.queueLimit;
    this.serviceSeconds = model.serviceSeconds;
    this.limitSeconds = model.responseLimitSeconds;
    this.quantile = model.quantile;
  }

  void serve(double perSecond, int ready, double backlogBefore) {
    double rate = ready * capacityPerSecond;
    offered = perSecond * seconds;
    double work = backlogBefore + offered;
    served = Math.min(work, rate * seconds);
    double rest = work - served;
    backlog = Math.min(rest, queueLimit);
    lost = rest - backlog;
    if (ready == 0) {
      utilization = Double.NaN;
      meanResponse = Double.NaN;
      response = Double.NaN;
      slowShare = 0;
      queueDepth = backlog;
      inFlight = backlog;
      return;
    }
    utilization = served / (rate * seconds);
    double busy = Math.min(1, perSecond / rate);
    double servers = Math.max(1, rate * serviceSeconds);
    double waits = Math.pow(busy, Math.sqrt(2 * (servers + 1)) - 1);
    double most = MEAN_OF_ROOT * Math.sqrt(4 * seconds / (Math.PI * rate));
    double wait = Math.min(1 / (rate * (1 - busy)), most); // of those who wait; 1 / 0 is infinite
    double queued = (backlogBefore + backlog) / 2 / rate;
    double fixed = serviceSeconds + queued;
    meanResponse = fixed + waits * wait;
    response = waits <= 1 - quantile ? fixed : fixed + wait * Math.log(waits / (1 - quantile));
    double slack = limitSeconds - fixed;
    slowShare = slack < 0 ? 1 : waits * Math.exp(-slack / wait);
    double rateServed = served / seconds;
    queueDepth = backlog + rateServed * waits * wait;
    inFlight = queueDepth + rateServed * serviceSeconds;
  }
}
