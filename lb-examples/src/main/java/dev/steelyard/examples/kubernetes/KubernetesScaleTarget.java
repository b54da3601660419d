package dev.steelyard.examples.kubernetes;

import dev.steelyard.autoscale.loop.ScalingTarget;
import io.fabric8.kubernetes.api.model.autoscaling.v1.Scale;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Scalable;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Scales a Deployment or a StatefulSet through its {@code /scale} subresource: the same way in as
 * {@code kubectl scale} and Kubernetes' own autoscaler.
 *
 * <p>A change is made against the version that was read. If somebody else has changed the workload
 * in between (409), it is read and tried again, a few times; what is asked for is a number, so that
 * is safe. An autoscaler of Kubernetes on the same workload would undo each change: have only one.
 *
 * <p>Needs the verbs {@code get} and {@code update} on {@code deployments/scale} or {@code
 * statefulsets/scale}. The client is the caller's; this neither makes nor closes one.
 */
public final class KubernetesScaleTarget implements ScalingTarget {
  private static final int ATTEMPTS = 5;

  private final KubernetesClient client;
  private final Kind kind;
  private final String namespace;
  private final String name;

  /** What can be scaled. */
  public enum Kind {
    /** A Deployment. */
    DEPLOYMENT,
    /** A StatefulSet. */
    STATEFUL_SET
  }

  /**
   * A workload, which need not exist yet.
   *
   * @param client speaks to the cluster
   * @param kind what it is
   * @param namespace where it is
   * @param name what it is called
   */
  public KubernetesScaleTarget(KubernetesClient client, Kind kind, String namespace, String name) {
    this.client = client;
    this.kind = kind;
    this.namespace = namespace;
    this.name = name;
  }

  /** The replicas that are asked for, ready or not. */
  @Override
  public int count() throws IOException {
    return replicas(read());
  }

  @Override
  public void scaleTo(int count) throws IOException {
    for (int attempt = 1; ; attempt++) {
      Scale scale = read();
      if (replicas(scale) == count) {
        return;
      }
      scale.getSpec().setReplicas(count);
      try {
        Scale changed = workload().scale(scale);
        if (replicas(changed) != count) {
          throw new IOException(
              this + ": asked for " + count + " replicas, the answer has " + replicas(changed));
        }
        return;
      } catch (KubernetesClientException refused) {
        if (refused.getCode() != HttpURLConnection.HTTP_CONFLICT || attempt == ATTEMPTS) {
          throw explain(refused);
        }
      }
    }
  }

  private Scale read() throws IOException {
    @Nullable Scale scale;
    try {
      scale = workload().scale();
    } catch (KubernetesClientException refused) {
      throw explain(refused);
    }
    if (scale == null || scale.getSpec() == null) {
      throw new IOException(this + " does not exist");
    }
    return scale;
  }

  /** The API leaves a 0 out. */
  private static int replicas(Scale scale) {
    @Nullable Integer replicas = scale.getSpec() == null ? null : scale.getSpec().getReplicas();
    return replicas == null ? 0 : replicas;
  }

  private Scalable<?> workload() {
    return kind == Kind.DEPLOYMENT
        ? client.apps().deployments().inNamespace(namespace).withName(name)
        : client.apps().statefulSets().inNamespace(namespace).withName(name);
  }

  private IOException explain(KubernetesClientException refused) {
    String why =
        switch (refused.getCode()) {
          case HttpURLConnection.HTTP_UNAUTHORIZED -> "the credentials are refused";
          case HttpURLConnection.HTTP_FORBIDDEN ->
              "not allowed; it needs get and update on "
                  + (kind == Kind.DEPLOYMENT ? "deployments" : "statefulsets")
                  + "/scale";
          case HttpURLConnection.HTTP_NOT_FOUND -> "does not exist";
          case HttpURLConnection.HTTP_CONFLICT ->
              "changed by somebody else each time, " + ATTEMPTS + " times";
          default -> String.valueOf(refused.getMessage());
        };
    return new IOException(this + ": " + why, refused);
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT) + " " + namespace + "/" + name;
  }
}
