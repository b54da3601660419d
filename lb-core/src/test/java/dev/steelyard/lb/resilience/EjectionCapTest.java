package dev.steelyard.lb.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class EjectionCapTest {

  private static void allows(EjectionCap cap, int... allowed) {
    for (int registered = 0; registered < allowed.length; registered++) {
      assertEquals(allowed[registered], cap.allowed(registered), cap + " of " + registered);
    }
  }

  @Test
  void byDefaultHalfMayBeOutAndNeverTheLast() {
    assertEquals(new EjectionCap(50, 1, 1), EjectionCap.defaults());
    allows(EjectionCap.defaults(), 0, 0, 1, 1, 2, 2, 3, 3);
  }

  @Test
  void thePercentageIsRoundedDown() {
    allows(new EjectionCap(30, 0, 0), 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3);
    assertEquals(29, new EjectionCap(29, 0, 0).allowed(100), "not 28, as 100 * 0.29 would give");
    assertEquals(Integer.MAX_VALUE, new EjectionCap(100, 0, 0).allowed(Integer.MAX_VALUE));
  }

  @Test
  void oneMayGoWhereThePercentageGivesNoneIfThatIsSaid() {
    allows(new EjectionCap(10, 1, 1), 0, 0, 1, 1);
    allows(new EjectionCap(10, 0, 1), 0, 0, 0, 0);
    allows(EjectionCap.of(10, 1), 0, 0, 1, 1);
  }

  @Test
  void theMinimumThatIsLeftHasTheLastWord() {
    allows(EjectionCap.of(100, 3), 0, 0, 0, 0, 1, 2);
    allows(EjectionCap.of(100, 0), 0, 1, 2);
    allows(EjectionCap.of(50, Integer.MAX_VALUE), 0, 0, 0);
  }

  @Test
  void zeroPercentTakesNothingOut() {
    allows(EjectionCap.of(0, 1), 0, 0, 0, 0, 0);
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> new EjectionCap(0, 1, 1));
    assertEquals(
        "atLeast: 1 (expected: 0 if maxPercent is 0: none may go out)", refusal.getMessage());
  }

  @Test
  void roomAndExcessAreTheTwoSidesOfTheCap() {
    EjectionCap cap = EjectionCap.defaults();
    assertEquals(2, cap.room(4, 0));
    assertEquals(1, cap.room(4, 1));
    assertEquals(0, cap.room(4, 2));
    assertEquals(0, cap.excess(4, 2));
    // Two that were well have left.
    assertEquals(0, cap.room(2, 2));
    assertEquals(1, cap.excess(2, 2));
    assertEquals(1, cap.excess(1, 1));
  }

  @Test
  void badNumbersAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> EjectionCap.of(-1, 1));
    assertThrows(IllegalArgumentException.class, () -> EjectionCap.of(101, 1));
    assertThrows(IllegalArgumentException.class, () -> EjectionCap.of(50, -1));
    assertThrows(IllegalArgumentException.class, () -> new EjectionCap(50, 2, 1));
    assertThrows(IllegalArgumentException.class, () -> EjectionCap.defaults().allowed(-1));
    assertThrows(IllegalArgumentException.class, () -> EjectionCap.defaults().room(2, 3));
    assertThrows(IllegalArgumentException.class, () -> EjectionCap.defaults().excess(2, -1));
  }
}
