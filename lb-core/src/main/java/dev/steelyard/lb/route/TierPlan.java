package dev.steelyard.lb.route;

/**
 * What is planned for one tier, for the snapshot.
 *
 * @param tier its number; 0 if there are no tiers
 * @param usable how many instances are UP or DEGRADED
 * @param registered how many are UP, DEGRADED or DOWN
 * @param panic whether fewer are usable than the panic threshold demands
 * @param load the percentage of the group's requests for what is UP (for all, if there are no tiers
 *     or the tier panics); 0 if it refuses in panic, and then the others are to be scaled up
 * @param degradedLoad the percentage for what is DEGRADED
 * @param zonePreference whether the local zone is preferred here
 */
public record TierPlan(
    int tier,
    int usable,
    int registered,
    boolean panic,
    int load,
    int degradedLoad,
    ZonePreference zonePreference) {

  /**
   * Returns the share that panic is decided by.
   *
   * @return 0 to 1
   */
  public double healthyShare() {
    return (double) usable / registered;
  }
}
