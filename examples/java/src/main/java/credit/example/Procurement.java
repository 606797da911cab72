package credit.example;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;

import registry.v1.ReceiptOuterClass.EvidenceLevel;
import registry.v1.ReceiptOuterClass.ReceiptRequest;
import registry.v1.RestrictionServiceGrpc;
import registry.v1.RestrictionServiceOuterClass.CheckRequest;
import registry.v1.RestrictionServiceOuterClass.CheckResponse;
import registry.v1.RestrictionServiceOuterClass.Matter;
import registry.v1.RestrictionServiceOuterClass.Party;
import registry.v1.RestrictionServiceOuterClass.Project;
import registry.v1.RestrictionServiceOuterClass.Purpose;
import registry.v1.RestrictionServiceOuterClass.ScreenRequest;
import registry.v1.SubjectOuterClass.Domain;
import registry.v1.SubjectOuterClass.Identifier;
import registry.v1.SubjectOuterClass.IdentifierType;
import registry.v1.SubjectOuterClass.SubjectRole;
import registry.v1.VerdictOuterClass.Verdict;

/**
 * What a procurement platform (采购平台) does with the registry: it asks about a bidder with a receipt, checks that offline
 * before it is filed, and screens a tender. Arguments: target, credentials, policy, code, file for the receipt. Exit
 * status: 0 no restriction found, 1 anything else, so that a script never takes an error for a CLEAR.
 */
public final class Procurement {
    private Procurement() {}

    public static void main(String[] given) throws Exception {
        ManagedChannel channel = connect(given[0], Path.of(given[1]));
        try {
            var service = RestrictionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
            Verdict verdict = check(service, given[3], OfflineReceipt.Policy.read(Path.of(given[2])), Path.of(given[4]));
            screen(service, given[3]);
            if (verdict != Verdict.VERDICT_CLEAR) {
                System.exit(1);
            }
        } finally {
            channel.shutdownNow();
        }
    }

    private static ManagedChannel connect(String target, Path folder) throws Exception {
        File certificate = folder.resolve("cert.pem").toFile();
        File key = folder.resolve("key.pem").toFile();
        var secure = TlsChannelCredentials.newBuilder()
                .trustManager(folder.resolve("ca.pem").toFile())
                .keyManager(certificate, key)
                .build();
        return Grpc.newChannelBuilder(target, secure).build();
    }

    private static Verdict check(RestrictionServiceGrpc.RestrictionServiceBlockingStub service, String code,
            OfflineReceipt.Policy policy, Path out) throws Exception {
        byte[] nonce = new byte[16];
        new SecureRandom().nextBytes(nonce);
        CheckResponse answer = service.check(CheckRequest.newBuilder()
                .setSubject(subject(code))
                .setPurpose(Purpose.newBuilder().setDomain(Domain.DOMAIN_PROCUREMENT)
                        .setReference("沧采(示例)2026-001").setReason("资格审查"))
                .setMatter(Matter.newBuilder().setRole(SubjectRole.SUBJECT_ROLE_BIDDER))
                .setReceipt(ReceiptRequest.newBuilder().setEvidence(EvidenceLevel.EVIDENCE_LEVEL_PROOF)
                        .setNonce(ByteString.copyFrom(nonce)))
                .build());
        System.out.println(code + " " + answer.getVerdict());
        answer.getHitsList().forEach(hit -> System.out.println(
                "  " + hit.getMeasureCode() + " " + hit.getMeasureName() + " " + hit.getLegalBasisList()));
        byte[] content = answer.getReceipt().toByteArray();
        OfflineReceipt.Checked checked = OfflineReceipt.check(content, policy);
        if (!checked.answer().getNonce().equals(ByteString.copyFrom(nonce))) {
            throw new IllegalStateException("the receipt answers another question");
        }
        System.out.println("receipt holds: position " + checked.answer().getPosition() + ", checkpoint of "
                + checked.size() + ", " + checked.leaves() + " leaves shown");
        Files.write(out, content);
        return answer.getVerdict();
    }

    private static void screen(RestrictionServiceGrpc.RestrictionServiceBlockingStub service, String code) {
        var report = service.screen(ScreenRequest.newBuilder()
                .setProject(Project.newBuilder().setNumber("沧采(示例)2026-001").setName("办公设备采购(示例)")
                        .setDomain(Domain.DOMAIN_PROCUREMENT).setReason("资格审查"))
                .addParties(Party.newBuilder().setSubject(subject(code))
                        .setRole(SubjectRole.SUBJECT_ROLE_BIDDER).setBid("投标1"))
                .build());
        report.getBidsList().forEach(bid -> System.out.println(bid.getBid() + " " + bid.getVerdict()));
    }

    private static Identifier subject(String code) {
        return Identifier.newBuilder().setType(IdentifierType.IDENTIFIER_TYPE_USCC).setValue(code).build();
    }
}
