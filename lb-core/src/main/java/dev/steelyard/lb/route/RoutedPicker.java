package dev.steelyard.lb.route;

import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Endpoint;
import dev.steelyard.lb.select.Exclusions;
import dev.steelyard.lb.select.Picker;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The way to the picker of a group; it remembers them all, so that the next ones can go on. */
final class RoutedPicker implements Picker {
  /**
   * What a group is known by from one plan to the next.
   *
   * @param unhinted whether it serves requests that no subset serves
   * @param criteria the metadata that its instances have in common
   * @param splitValue the side of the split, or null
   */
  record Group(boolean unhinted, Map<String, String> criteria, @Nullable String splitValue) {}

  private static final Group EVERYBODY = new Group(true, Map.of(), null);

  private final Picker root;
  private final Map<Group, Picker> byGroup;

  RoutedPicker(Picker root, Map<Group, Picker> byGroup) {
    this.root = root;
    this.byGroup = Map.copyOf(byGroup);
  }

  /** The picker that a group had; a picker of somebody else's was everybody's. */
  static @Nullable Picker of(@Nullable Picker previous, Group group) {
    if (previous instanceof RoutedPicker routed) {
      return routed.byGroup.get(group);
    }
    return group.equals(EVERYBODY) ? previous : null;
  }

  @Override
  public @Nullable Endpoint pick(RequestContext request, Exclusions excluded, long nowNanos) {
    return root.pick(request, excluded, nowNanos);
  }
}
