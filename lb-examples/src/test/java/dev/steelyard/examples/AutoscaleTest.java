package dev.steelyard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** For real and small: processes, sockets, drains. */
@Timeout(150)
class AutoscaleTest {
  @Test
  void theFleetGrowsAndShrinksWithTheLoadAndNoRequestIsLost() {
    StringWriter out = new StringWriter();
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));

    int status = commandLine.execute("autoscale", "--max=3", "--per-server=4", "--patience=50");

    String printed = out.toString();
    assertEquals(0, status, printed);
    assertTrue(printed.contains("errors 0, lost 0"), printed);
    assertTrue(printed.contains("SCALE_UP [QUEUE"), printed);
    assertTrue(printed.contains("SCALE_DOWN [QUEUE"), printed);
    assertTrue(printed.contains("is DRAINED"), printed);
    assertTrue(printed.contains("=> APPLIED"), printed);
  }

  @Test
  void nonsenseIsRefused() {
    StringWriter err = new StringWriter();
    CommandLine commandLine = Main.commandLine();
    commandLine.setErr(new PrintWriter(err, true));

    assertEquals(2, commandLine.execute("autoscale", "--min=3", "--max=3"));
    assertTrue(err.toString().contains("--max"), err.toString());
  }
}
