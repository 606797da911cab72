// Command procurement is what a procurement platform (采购平台) does with the registry: it asks about one bidder with a
// receipt, screens a tender, and checks the receipt offline before it is filed.
//
//	procurement -target 127.0.0.1:8443 -credentials clients/tender-platform -policy verify.policy \
//	    -code 91130902DEMAY4CLX6 -out blocked.receipt
//
// Exit status: 0 no restriction found, 1 anything else, so that a script never takes an error for a CLEAR.
package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"credit.example/procurement/offline"
	pb "credit.example/procurement/registryv1"
)

var (
	target = flag.String("target", "127.0.0.1:8443", "address of the registry")
	folder = flag.String("credentials", "", "directory with ca.pem, cert.pem, key.pem")
	policy = flag.String("policy", "verify.policy", "the verifier's policy, from `registry policy`")
	code   = flag.String("code", "", "unified social credit code (统一社会信用代码)")
	out    = flag.String("out", "answer.receipt", "where the receipt is filed")
)

func main() {
	flag.Parse()
	clear, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, told(err))
	}
	if err != nil || !clear {
		os.Exit(1)
	}
}

func run() (bool, error) {
	connection, err := connect()
	if err != nil {
		return false, err
	}
	defer connection.Close()
	service := pb.NewRestrictionServiceClient(connection)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	answer, err := check(ctx, service)
	if err != nil {
		return false, err
	}
	if err := screen(ctx, service); err != nil {
		return false, err
	}
	return answer.Verdict == pb.Verdict_VERDICT_CLEAR, nil
}

func connect() (*grpc.ClientConn, error) {
	authority, err := os.ReadFile(filepath.Join(*folder, "ca.pem"))
	if err != nil {
		return nil, err
	}
	own, err := tls.LoadX509KeyPair(filepath.Join(*folder, "cert.pem"), filepath.Join(*folder, "key.pem"))
	if err != nil {
		return nil, err
	}
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM(authority) {
		return nil, errors.New("ca.pem holds no certificate")
	}
	secure := credentials.NewTLS(&tls.Config{Certificates: []tls.Certificate{own}, RootCAs: trusted, MinVersion: tls.VersionTLS12})
	return grpc.NewClient(*target, grpc.WithTransportCredentials(secure))
}

// One bidder, with a receipt that is checked before it is filed.
func check(ctx context.Context, service pb.RestrictionServiceClient) (*pb.CheckResponse, error) {
	nonce := make([]byte, 16)
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	answer, err := service.Check(ctx, &pb.CheckRequest{
		Subject: subject(),
		Purpose: &pb.Purpose{Domain: pb.Domain_DOMAIN_PROCUREMENT, Reference: "沧采(示例)2026-001", Reason: "资格审查"},
		Matter:  &pb.Matter{Role: pb.SubjectRole_SUBJECT_ROLE_BIDDER},
		Receipt: &pb.ReceiptRequest{Evidence: pb.EvidenceLevel_EVIDENCE_LEVEL_PROOF, Nonce: nonce},
	})
	if err != nil {
		return nil, err
	}
	fmt.Printf("%s %s\n", *code, answer.Verdict)
	for _, hit := range answer.Hits {
		fmt.Printf("  %s %s %v\n", hit.MeasureCode, hit.MeasureName, hit.LegalBasis)
	}
	content, err := proto.MarshalOptions{Deterministic: true}.Marshal(answer.Receipt)
	if err != nil {
		return nil, err
	}
	trusted, err := offline.ReadPolicy(*policy)
	if err != nil {
		return nil, err
	}
	checked, err := offline.Check(content, trusted)
	if err != nil {
		return nil, fmt.Errorf("the receipt does not hold: %w", err)
	}
	if string(checked.Answer.Nonce) != string(nonce) {
		return nil, errors.New("the receipt answers another question")
	}
	fmt.Printf("receipt holds: position %d, checkpoint of %d, %d leaves shown\n", checked.Answer.Position, checked.Size, checked.Leaves)
	return answer, os.WriteFile(*out, content, 0o600)
}

// Everybody of a tender at once.
func screen(ctx context.Context, service pb.RestrictionServiceClient) error {
	report, err := service.Screen(ctx, &pb.ScreenRequest{
		Project: &pb.Project{Number: "沧采(示例)2026-001", Name: "办公设备采购(示例)", Domain: pb.Domain_DOMAIN_PROCUREMENT, Reason: "资格审查"},
		Parties: []*pb.Party{{Subject: subject(), Role: pb.SubjectRole_SUBJECT_ROLE_BIDDER, Bid: "投标1"}},
	})
	if err != nil {
		return err
	}
	for _, bid := range report.Bids {
		fmt.Printf("%s %s\n", bid.Bid, bid.Verdict)
	}
	return nil
}

func subject() *pb.Identifier {
	return &pb.Identifier{Type: pb.IdentifierType_IDENTIFIER_TYPE_USCC, Value: *code}
}

// An error with the registry's reasons, where it gave any.
func told(err error) string {
	text := err.Error()
	for _, detail := range status.Convert(err).Details() {
		switch said := detail.(type) {
		case *errdetails.ErrorInfo:
			text += "\n  " + said.Reason
		case *errdetails.BadRequest:
			for _, each := range said.FieldViolations {
				text += fmt.Sprintf("\n  %s: %s", each.Field, each.Description)
			}
		}
	}
	return text
}
