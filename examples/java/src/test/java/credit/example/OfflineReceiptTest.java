package credit.example;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

/** The receipts of earlier releases, which verify for ever: see tests/receipts_of_releases. */
final class OfflineReceiptTest {
    private static final Path RELEASES = Path.of("../../tests/receipts_of_releases");

    private static List<Path> receipts() throws Exception {
        assumeTrue(Files.isDirectory(RELEASES), "no receipts of earlier releases beside this example");
        try (Stream<Path> found = Files.walk(RELEASES)) {
            // sm2.pb: its keys are SM2, which Java's own providers do not know.
            return found.filter(each -> each.toString().endsWith(".pb") && !each.endsWith("sm2.pb")).toList();
        }
    }

    @Test
    void receiptsOfEarlierReleasesHold() throws Exception {
        for (Path each : receipts()) {
            OfflineReceipt.check(Files.readAllBytes(each), OfflineReceipt.Policy.read(each.resolveSibling("policy")));
        }
    }

    @Test
    void aReceiptWithOneByteChangedIsRefused() throws Exception {
        for (Path each : receipts()) {
            byte[] content = Files.readAllBytes(each);
            OfflineReceipt.Policy policy = OfflineReceipt.Policy.read(each.resolveSibling("policy"));
            for (int at = 0; at < content.length; at += 97) {
                byte[] changed = content.clone();
                changed[at] ^= 1;
                assertThrows(OfflineReceipt.NotValidException.class, () -> OfflineReceipt.check(changed, policy));
            }
        }
    }
}
