package dev.steelyard.autoscale.loop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.IntRange;

class PrometheusParserPropertyTest {
  private static final byte[] GOOD =
      ("{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":["
              + "{\"metric\":{\"instance\":\"a:1\"},\"value\":[1435781451.781,\"1\"]}]}}")
          .getBytes(UTF_8);

  @Property(tries = 300)
  void rubbishIsRefusedAndNeverThrowsAnythingElse(@ForAll byte[] body) {
    assertThrows(ReadException.class, () -> PrometheusParser.parse(body));
  }

  @Property(tries = 1_000)
  void aDamagedAnswerIsReadOrRefusedAndNeverThrowsAnythingElse(
      @ForAll @IntRange(max = 114) int at, @ForAll @ByteRange byte damage) {
    byte[] body = GOOD.clone();
    body[at % body.length] = damage;
    try {
      assertTrue(PrometheusParser.parse(body).rows().size() <= 1);
    } catch (ReadException refused) {
      assertTrue(refused.of("x").message().length() <= Texts.LONGEST);
    }
  }
}
