package dev.steelyard.lb.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.health.HealthProbe;
import dev.steelyard.lb.health.HttpHealthProbe;
import dev.steelyard.lb.registry.Instance;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Health checks over TLS; here, because this package has the certificates. */
@Timeout(60)
class HealthProbeTlsTest {

  private static Throwable failure(HttpHealthProbe probe, Instance instance) throws Exception {
    return probe
        .check(instance)
        .handle(
            (works, failure) -> {
              assertTrue(failure != null || works);
              return failure;
            })
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  @Test
  void whoIsTrustedIsHealthyAndWhoIsNotFails(@TempDir Path folder) throws Exception {
    TestTls tls = new TestTls(folder);
    KeyStore identity = tls.certificateFor("ip:127.0.0.1");
    KeyStore other = tls.certificateFor("dns:orders");
    try (RawServer server =
        tls.server(
            identity,
            connection -> {
              connection.head();
              connection.send(RawServer.OK);
            })) {
      Instance instance = Instance.of(server.address());
      HttpHealthProbe probe = HealthProbe.http("/").expectBody("ok");
      assertEquals(null, failure(probe.sslContext(tls.trusting(identity)), instance));
      assertTrue(server.head().startsWith("GET / HTTP/1.1"));
      HttpClient client =
          HttpClient.newBuilder()
              .sslContext(tls.trusting(identity))
              .version(HttpClient.Version.HTTP_1_1)
              .build();
      assertEquals(null, failure(probe.client(client), instance));
      assertTrue(
          hasCause(failure(probe.sslContext(tls.trusting(other)), instance), SSLException.class));
      assertTrue(hasCause(failure(probe, instance), SSLException.class), "the JVM's trust store");
    }
  }

  /** An instance known by its address needs a certificate for it. */
  @Test
  void theNameIsVerified(@TempDir Path folder) throws Exception {
    TestTls tls = new TestTls(folder);
    KeyStore identity = tls.certificateFor("dns:orders");
    try (RawServer server = tls.server(identity, connection -> connection.send(RawServer.OK))) {
      Throwable failure =
          failure(
              HealthProbe.http("/").sslContext(tls.trusting(identity)),
              Instance.of(server.address()));
      assertTrue(hasCause(failure, SSLException.class));
    }
  }

  private static boolean hasCause(Throwable failure, Class<?> type) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }
}
