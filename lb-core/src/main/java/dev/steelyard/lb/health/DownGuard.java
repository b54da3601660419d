package dev.steelyard.lb.health;

import dev.steelyard.lb.registry.InstanceStatus;
import java.util.Collection;

/**
 * Whether one more instance may be DOWN. Those in MAINTENANCE and DRAINING are somebody's decision:
 * they are neither part of the whole nor of the share.
 */
record DownGuard(double maxDownShare, int minimumUp) {
  /** 0.29 * 100 is 28.999999999999996. */
  private static final double ROUNDING = 1e-9;

  boolean allows(Target next, Collection<Target> all) {
    if (maxDownShare == 1 && minimumUp == 0) {
      return true;
    }
    int judged = 0;
    int down = 0;
    int up = 0;
    for (Target target : all) {
      InstanceStatus status = target.status();
      if (status != InstanceStatus.MAINTENANCE && status != InstanceStatus.DRAINING) {
        judged++;
        down += status == InstanceStatus.DOWN ? 1 : 0;
        up += status.acceptsNewRequests() ? 1 : 0;
      }
    }
    boolean serves = next.status().acceptsNewRequests();
    return down + 1 <= Math.floor(maxDownShare * judged + ROUNDING)
        && (!serves || up - 1 >= minimumUp);
  }
}
