package dev.steelyard.autoscale.loop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.loop.PrometheusAnswer.Row;
import dev.steelyard.autoscale.loop.ReadFailure.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrometheusParserTest {
  private static final String VECTOR =
      "{'status':'success','data':{'resultType':'vector','result':["
          + "{'metric':{'__name__':'up','instance':'a:1'},'value':[1435781451.781,'1']},"
          + "{'metric':{'instance':'b:1'},'value':[1435781451,'-2.5e-3']}]}}";

  private static PrometheusAnswer parse(String json) throws ReadException {
    return PrometheusParser.parse(json.replace('\'', '"').getBytes(UTF_8));
  }

  private static ReadException refuse(String json) {
    return assertThrows(ReadException.class, () -> parse(json));
  }

  private static String vector(String result) {
    return "{'status':'success','data':{'resultType':'vector','result':" + result + "}}";
  }

  private static String value(String value) {
    return vector("[{'metric':{},'value':[5,'" + value + "']}]");
  }

  @Test
  void readsAVector() throws ReadException {
    assertEquals(
        List.of(
            new Row(Map.of("__name__", "up", "instance", "a:1"), 1435781451781L, 1),
            new Row(Map.of("instance", "b:1"), 1435781451000L, -0.0025)),
        parse(VECTOR).rows());
  }

  @Test
  void readsFieldsInAnyOrderAndSkipsThoseItDoesNotKnow() throws ReadException {
    PrometheusAnswer answer =
        parse(
            "{'infos':['x'],'data':{'stats':{'a':[1,{'b':2}]},'result':[5,'7'],"
                + "'resultType':'scalar'},'more':null,'status':'success'}");

    assertEquals(List.of(new Row(Map.of(), 5_000, 7)), answer.rows());
  }

  @Test
  void anEmptyVectorHasNoRows() throws ReadException {
    assertEquals(List.of(), parse(vector("[]")).rows());
  }

  @Test
  void warningsAreKeptAndNotesOnTheQueryAreNot() throws ReadException {
    PrometheusAnswer answer =
        parse(
            "{'status':'success','warnings':['PromQL info: metric might not be a counter',"
                + "'store down'],'data':{'resultType':'scalar','result':[5,'7']}}");

    assertEquals(List.of("store down"), answer.warnings());
  }

  @ParameterizedTest
  @CsvSource({"NaN,NaN", "+Inf,Infinity", "Inf,Infinity", "-Inf,-Infinity", "1e+06,1000000"})
  void readsTheNumbersOfGo(String text, double value) throws ReadException {
    assertEquals(value, parse(value(text)).rows().get(0).value());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " 1", "1d", "0x1p3", "Infinity", "1,5", "80%", "true", "1e", "--1"})
  void whatIsNoNumberIsRefused(String text) {
    assertEquals(Kind.MALFORMED, refuse(value(text)).kind());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "42",
        "[]",
        "null",
        "{}",
        "{'status':'success'}",
        "{'status':'success','data':null}",
        "{'status':'success','data':{'resultType':'vector'}}",
        "{'status':'success','data':{'result':[]}}",
        "{'status':'splendid','data':{'resultType':'vector','result':[]}}",
        "{'status':1,'data':{'resultType':'vector','result':[]}}",
        "{'status':'success','data':{'resultType':'vector','result':[5]}}",
        "{'status':'success','data':{'resultType':'vector','result':[{}]}}",
        "{'status':'success','data':{'resultType':'vector','result':[{'metric':{}}]}}",
        "{'status':'success','data':{'resultType':'vector','result':[{'value':[5,7]}]}}",
        "{'status':'success','data':{'resultType':'vector','result':[{'value':['5','7']}]}}",
        "{'status':'success','data':{'resultType':'vector','result':[{'value':[5,'7','8']}]}}",
        "{'status':'success','data':{'resultType':'vector','result':[{'value':[-5,'7']}]}}",
        "{'status':'success','data':{'resultType':'vector','result':[{'value':[1e300,'7']}]}}",
        "{'status':'success','data':{'resultType':'vector','result':[{'metric':{'a':1},'value':[5,'7']}]}}",
        "{'status':'success','data':{'resultType':'scalar','result':[]}}",
        "{'status':'success','status':'success','data':{'resultType':'scalar','result':[5,'7']}}",
        "{'status':'success','data':{'resultType':'scalar','result':[5,'7']}} and more",
        "{'status':'success','data':{'resultType':'scalar','result':[5,'7']}",
        "{'status':'success','data':{'resultType':'vector','result':[{'metric':{",
      })
  void whatIsNotTheProtocolIsRefused(String json) {
    ReadException why = refuse(json);

    assertEquals(Kind.MALFORMED, why.kind(), why.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'status':'success','data':{'resultType':'matrix','result':[{'metric':{},'values':[[5,'7']]}]}}",
        "{'status':'success','data':{'resultType':'string','result':[5,'seven']}}",
        "{'status':'success','data':{'resultType':'vector','result':[{'metric':{},'histogram':[5,{'count':'7'}]}]}}",
      })
  void whatIsNeitherAVectorNorAScalarIsTold(String json) {
    assertEquals(Kind.WRONG_TYPE, refuse(json).kind());
  }

  @Test
  void aDeepAnswerDoesNotOverflowTheStack() {
    ReadException why = refuse("{'data':" + "[".repeat(5_000) + "]".repeat(5_000) + "}");

    assertEquals(Kind.MALFORMED, why.kind());
  }

  @Test
  void everyTruncationIsRefused() {
    for (int length = 0; length < VECTOR.length(); length++) {
      assertEquals(Kind.MALFORMED, refuse(VECTOR.substring(0, length)).kind());
    }
  }

  @Test
  void aHugeTextForANumberIsRefusedInAShortMessage() {
    ReadException why = refuse(value("x".repeat(100_000)));

    assertTrue(why.of("cpu").message().length() <= Texts.LONGEST);
  }
}
