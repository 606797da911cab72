package credit.example;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;

import registry.v1.ReceiptOuterClass.Answer;
import registry.v1.ReceiptOuterClass.AnswersHeader;
import registry.v1.ReceiptOuterClass.LeafEvidence;
import registry.v1.ReceiptOuterClass.Receipt;

/**
 * Checks a receipt (查询回执) without the registry: the signatures and the proofs in it, by the steps of docs/verify.md,
 * with nothing but what Java brings. What a statement means for a question is law; `registryctl verify` works that out.
 */
public final class OfflineReceipt {
    private static final String ANSWER = "application/vnd.registry.v1.answer+protobuf";
    private static final String ANSWERS = "application/vnd.registry.v1.answers+protobuf";
    private static final int ED25519 = 1; // algorithms of C2SP keys
    private static final int COSIGNATURE = 4;
    private static final int DIGEST_BYTES = 34; // Field 15 comes last: its tag, its length, the hash.
    private static final byte[] SPKI = HexFormat.of().parseHex("302a300506032b6570032100"); // Ed25519, RFC 8410

    private OfflineReceipt() {}

    /** A receipt that does not hold, or a policy that cannot be read. */
    public static final class NotValidException extends Exception {
        private static final long serialVersionUID = 1;

        NotValidException(String why) {
            super(why);
        }
    }

    /** A key of the policy, named after the log it signs for. */
    record Key(String name, byte[] hint, PublicKey key, long first, long last) {
        boolean counts(long size) { // for logs of certain sizes, both ends included
            return Long.compareUnsigned(first, size) <= 0 && Long.compareUnsigned(size, last) <= 0;
        }
    }

    /** Whose signatures are asked for: the lines of `registry policy`. Lines that ask for more are refused. */
    public record Policy(List<Key> logs, List<Key> required, List<Key> receipts, Map<String, Key> witnesses, List<String> quorum) {
        public static Policy read(Path path) throws IOException, NotValidException {
            Policy policy = new Policy(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new HashMap<>(), new ArrayList<>());
            for (String line : Files.readAllLines(path)) {
                String[] words = line.strip().split("\\s+");
                if (words[0].isEmpty() || words[0].startsWith("#") || line.strip().matches("quorum\\s+none")) {
                    continue;
                }
                switch (words[0]) {
                    case "log" -> policy.logs.add(key(words, 1, ED25519));
                    case "require" -> policy.required.add(key(words, 1, ED25519));
                    case "receipt" -> policy.receipts.add(key(words, 1, ED25519));
                    case "witness" -> policy.witnesses.put(words[1], key(words, 2, COSIGNATURE));
                    case "quorum" -> policy.quorum.add(words[1]);
                    case "tsa" -> { } // Time stamps make an instant sure; this example takes the registry's word for it.
                    default -> throw new NotValidException("this example does not check lines " + words[0]);
                }
            }
            if (policy.logs.isEmpty() && policy.required.isEmpty() || policy.receipts.isEmpty()) {
                throw new NotValidException("the policy names no log or no receipt key");
            }
            if (!policy.witnesses.keySet().containsAll(policy.quorum)) {
                throw new NotValidException("this example knows a quorum of one witness, and no groups");
            }
            return policy;
        }

        // C2SP signed-note: <name>+<hash>+<base64 of algorithm and key>
        private static Key key(String[] words, int at, int algorithm) throws NotValidException {
            boolean ranged = at == 1 && words.length == 4;
            long first = ranged ? Long.parseUnsignedLong(words[2]) : 0;
            long last = ranged && !words[3].equals("-") ? Long.parseUnsignedLong(words[3]) : -1; // the largest, unsigned
            String[] parts = words[at].split("\\+", 3);
            byte[] key = Base64.getDecoder().decode(parts[2]);
            if (key.length != 33 || key[0] != algorithm) {
                throw new NotValidException("this example knows Ed25519 keys");
            }
            byte[] spki = Arrays.copyOf(SPKI, SPKI.length + 32);
            System.arraycopy(key, 1, spki, SPKI.length, 32);
            try {
                PublicKey known = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki));
                return new Key(parts[0], HexFormat.of().parseHex(parts[1]), known, first, last);
            } catch (GeneralSecurityException fault) {
                throw new NotValidException("a key of the policy is none");
            }
        }
    }

    /** What a receipt says whose signatures and proofs hold; size 0: signed only. */
    public record Checked(Answer answer, long size, int leaves) {}

    /** Verifies the bytes of a receipt under a policy. */
    public static Checked check(byte[] content, Policy policy) throws NotValidException {
        try {
            Receipt receipt = Receipt.parseFrom(content);
            Answer answer = Answer.parseFrom(receipt.getAnswer());
            int body = content.length - DIGEST_BYTES;
            require(body > 0 && Arrays.equals(sha256(Arrays.copyOf(content, body)), bytes(receipt.getDigest())),
                    "digest: the content was changed");
            checkAnswer(receipt, answer, policy);
            long size = receipt.getCheckpoint().isEmpty() ? 0 : checkLog(receipt, answer, policy);
            return new Checked(answer, size, receipt.getLeavesCount());
        } catch (InvalidProtocolBufferException | RuntimeException fault) {
            throw new NotValidException("not a receipt");
        }
    }

    // The registry's signature: under this answer alone, or under the root over many.
    private static void checkAnswer(Receipt receipt, Answer answer, Policy policy)
            throws InvalidProtocolBufferException, NotValidException {
        byte[] header = bytes(receipt.getSignature().getHeader());
        byte[] signed = pae(ANSWER, bytes(receipt.getAnswer()));
        if (header.length > 0) {
            AnswersHeader over = AnswersHeader.parseFrom(header);
            byte[] leaf = sha256(new byte[] {0}, bytes(receipt.getAnswer()));
            require(over.getOrigin().equals(answer.getOrigin())
                    && included(receipt.getSignature().getIndex(), over.getCount(), leaf,
                            receipt.getSignature().getPathList(), bytes(over.getRoot())),
                    "the answer is not under the signed root");
            signed = pae(ANSWERS, header);
        }
        long size = Math.max(answer.getLogSize(), answer.getPosition() + 1); // of the log when the answer was signed
        for (Key key : policy.receipts()) {
            if (!key.counts(size)) {
                continue;
            }
            for (var each : receipt.getSignature().getSignaturesList()) {
                if (key.name().equals(answer.getOrigin()) && holds(key, signed, bytes(each.getSig()))) {
                    return;
                }
            }
        }
        throw new NotValidException("no receipt key of the policy signed the answer");
    }

    // The checkpoint, that the answered tree is its beginning, and that each leaf shown is in it.
    private static long checkLog(Receipt receipt, Answer answer, Policy policy) throws NotValidException {
        String[] note = receipt.getCheckpoint().split("\n\n", 2);
        byte[] text = (note[0] + "\n").getBytes(StandardCharsets.UTF_8);
        String[] lines = note[0].split("\n");
        require(note.length == 2 && lines.length >= 3 && lines[0].equals(answer.getOrigin()), "not this log's");
        long size = Long.parseUnsignedLong(lines[1]);
        List<Key> missing = new ArrayList<>(policy.required().stream().filter(key -> key.counts(size)).toList());
        boolean signed = policy.logs().isEmpty();
        List<String> cosigned = new ArrayList<>();
        for (String line : note[1].split("\n")) {
            String[] words = line.split(" ");
            byte[] value = Base64.getDecoder().decode(words[words.length - 1]);
            byte[] hint = Arrays.copyOf(value, 4);
            byte[] signature = Arrays.copyOfRange(value, 4, value.length);
            for (Key key : policy.logs()) {
                boolean named = words[1].equals(key.name()) && Arrays.equals(hint, key.hint());
                signed |= named && holds(key, text, signature);
            }
            missing.removeIf(key -> words[1].equals(key.name()) && Arrays.equals(hint, key.hint())
                    && holds(key, text, signature));
            policy.witnesses().forEach((name, key) -> {
                if (words[1].equals(key.name()) && signature.length == 72 && holds(key, cosignatureOf(signature, note[0]),
                        Arrays.copyOfRange(signature, 8, 72))) {
                    cosigned.add(name);
                }
            });
        }
        require(cosigned.containsAll(policy.quorum()), "the witness that the policy asks for has not cosigned");
        require(signed && missing.isEmpty(), "a signature that the policy asks for is not under the checkpoint");
        byte[] root = Base64.getDecoder().decode(lines[2]);
        require(consistent(answer.getPosition() + 1, size, bytes(answer.getRoot()), root, receipt.getConsistencyList()),
                "the answer was given from another history");
        for (LeafEvidence leaf : receipt.getLeavesList()) {
            byte[] hash = sha256(new byte[] {0}, bytes(leaf.getLeaf()));
            require(included(leaf.getPosition(), size, hash, leaf.getInclusionList(), root),
                    "leaf " + leaf.getPosition() + " is not in the log");
        }
        return size;
    }

    // C2SP tlog-cosignature: eight bytes of time before the signature, which is over both.
    private static byte[] cosignatureOf(byte[] value, String text) {
        String time = Long.toUnsignedString(ByteBuffer.wrap(value).getLong());
        return ("cosignature/v1\ntime " + time + "\n" + text + "\n").getBytes(StandardCharsets.UTF_8);
    }

    // RFC 9162 §2.1.3.2
    private static boolean included(long index, long size, byte[] leaf, List<ByteString> path, byte[] root) {
        if (Long.compareUnsigned(index, size) >= 0) {
            return false;
        }
        long last = size - 1;
        byte[] node = leaf;
        for (ByteString step : path) {
            if (last == 0) {
                return false;
            }
            if ((index & 1) == 1 || index == last) {
                node = join(bytes(step), node);
                while ((index & 1) == 0 && index != 0) {
                    index >>>= 1;
                    last >>>= 1;
                }
            } else {
                node = join(node, bytes(step));
            }
            index >>>= 1;
            last >>>= 1;
        }
        return last == 0 && Arrays.equals(node, root);
    }

    // RFC 9162 §2.1.4.2
    private static boolean consistent(long first, long size, byte[] old, byte[] root, List<ByteString> path) {
        if (first == size) {
            return path.isEmpty() && Arrays.equals(old, root);
        }
        List<byte[]> steps = new ArrayList<>(path.stream().map(OfflineReceipt::bytes).toList());
        if ((first & (first - 1)) == 0) {
            steps.add(0, old);
        }
        if (steps.isEmpty() || first <= 0 || first > size) {
            return false;
        }
        long a = first - 1;
        long b = size - 1;
        while ((a & 1) == 1) {
            a >>>= 1;
            b >>>= 1;
        }
        byte[] left = steps.get(0);
        byte[] right = left;
        for (byte[] step : steps.subList(1, steps.size())) {
            if (b == 0) {
                return false;
            }
            if ((a & 1) == 1 || a == b) {
                left = join(step, left);
                right = join(step, right);
                while ((a & 1) == 0 && a != 0) {
                    a >>>= 1;
                    b >>>= 1;
                }
            } else {
                right = join(right, step);
            }
            a >>>= 1;
            b >>>= 1;
        }
        return b == 0 && Arrays.equals(left, old) && Arrays.equals(right, root);
    }

    // DSSE: what is signed of a payload, with its type.
    private static byte[] pae(String kind, byte[] payload) {
        byte[] head = ("DSSEv1 " + kind.length() + " " + kind + " " + payload.length + " ").getBytes(StandardCharsets.US_ASCII);
        byte[] whole = Arrays.copyOf(head, head.length + payload.length);
        System.arraycopy(payload, 0, whole, head.length, payload.length);
        return whole;
    }

    private static boolean holds(Key key, byte[] signed, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key.key());
            verifier.update(signed);
            return verifier.verify(signature);
        } catch (GeneralSecurityException fault) {
            return false;
        }
    }

    private static byte[] join(byte[] left, byte[] right) {
        return sha256(new byte[] {1}, left, right);
    }

    private static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (GeneralSecurityException fault) {
            throw new IllegalStateException(fault);
        }
    }

    private static byte[] bytes(ByteString of) {
        return of.toByteArray();
    }

    private static void require(boolean holds, String otherwise) throws NotValidException {
        if (!holds) {
            throw new NotValidException(otherwise);
        }
    }
}
