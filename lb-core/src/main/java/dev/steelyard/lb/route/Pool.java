package dev.steelyard.lb.route;

import dev.steelyard.lb.select.Routing;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Instances that share a load by their capacity, but for the preference of a zone: one class of
 * health in one tier.
 */
final class Pool {
  /** A zone cannot be blank, so this is none of them. */
  static final String UNKNOWN_ZONE = "";

  /** One zone of the pool. */
  static final class Zone {
    final Capacity usable = new Capacity();
    final Capacity registered = new Capacity();
    double share;
  }

  final boolean panic;
  final SortedMap<String, Zone> zones = new TreeMap<>();
  final Capacity capacity = new Capacity();
  int size;
  double load;
  ZonePreference preference = ZonePreference.OFF;

  Pool(double load, boolean panic) {
    this.load = load;
    this.panic = panic;
  }

  static String zoneOf(Member member) {
    String zone = member.instance().zone();
    return zone == null ? UNKNOWN_ZONE : zone;
  }

  Zone zone(Member member) {
    return zones.computeIfAbsent(zoneOf(member), name -> new Zone());
  }

  void add(Member member) {
    double weight = member.capacity(panic);
    zone(member).usable.add(weight);
    capacity.add(weight);
    size++;
  }

  /** To be told of everything that is registered in the tier, part of this pool or not. */
  void addRegistered(Member member) {
    zone(member).registered.add(member.weight());
  }

  /** Divides 1 between the zones; the pool must have capacity. */
  void divide(Routing routing) {
    zones.values().forEach(zone -> zone.share = capacity.fraction(zone.usable));
    String localName = routing.localZone();
    if (localName == null) {
      return;
    }
    Zone local = zones.getOrDefault(localName, new Zone());
    Map<String, Double> clients = routing.clientZones();
    if (panic) {
      preference = ZonePreference.PANIC;
    } else if (!clients.isEmpty() && size < routing.zoneMinimum()) {
      preference = ZonePreference.TOO_FEW_INSTANCES;
    } else if (clients.isEmpty()) {
      preferByHealth(local, routing.overprovisioning());
    } else {
      preferByClients(local, localName, clients);
    }
  }

  private void preferByHealth(Zone local, double overprovisioning) {
    if (local.usable.isZero()) {
      preference = ZonePreference.NOTHING_LOCAL; // the others' shares are right as they are
      return;
    }
    preference = ZonePreference.LOCAL;
    double healthy = overprovisioning * local.registered.fraction(local.usable);
    giveLocal(local, Math.max(local.share, atMostOne(healthy)));
  }

  /** 1.4 * (5 / 7) is an ulp below 1, and that ulp must not keep another zone in use. */
  private static double atMostOne(double share) {
    return share > 1 - 1e-9 ? 1 : share;
  }

  /** The rest goes to the other zones by their capacity, or nowhere else if they have none. */
  private void giveLocal(Zone local, double share) {
    Capacity others = new Capacity();
    zones.values().stream().filter(zone -> zone != local).forEach(zone -> others.add(zone.usable));
    if (others.isZero()) {
      local.share = 1;
      return;
    }
    local.share = share;
    for (Zone zone : zones.values()) {
      if (zone != local) {
        zone.share = (1 - share) * others.fraction(zone.usable);
      }
    }
  }

  private void preferByClients(Zone local, String localName, Map<String, Double> clients) {
    preference = local.usable.isZero() ? ZonePreference.NOTHING_LOCAL : ZonePreference.BY_CLIENTS;
    Capacity allClients = new Capacity();
    clients.values().forEach(allClients::add);
    double localShare =
        atMostOne(local.share / allClients.fraction(clients.getOrDefault(localName, 0.0)));
    double spare = 0;
    for (Map.Entry<String, Zone> zone : zones.entrySet()) {
      spare += zone.getValue() == local ? 0 : residual(zone, clients, allClients);
    }
    if (!(spare > 0)) { // the others have no more than they need: rounding, or no others
      giveLocal(local, localShare);
      return;
    }
    for (Map.Entry<String, Zone> zone : zones.entrySet()) {
      if (zone.getValue() != local) {
        zone.getValue().share = (1 - localShare) * (residual(zone, clients, allClients) / spare);
      }
    }
    local.share = localShare;
  }

  /** The part of the capacity that a zone has beyond its part of the clients. */
  private double residual(
      Map.Entry<String, Zone> zone, Map<String, Double> clients, Capacity allClients) {
    Double own = clients.get(zone.getKey());
    double needed = own == null || own == 0 ? 0 : allClients.fraction(own);
    return Math.max(0, capacity.fraction(zone.getValue().usable) - needed);
  }
}
