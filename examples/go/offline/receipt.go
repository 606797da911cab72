// Package offline checks a receipt (查询回执) without the registry: the signatures and the proofs in it, by the steps of
// docs/verify.md. What a statement means for a question is law; that is worked out again by `registryctl verify`.
package offline

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"google.golang.org/protobuf/proto"

	pb "credit.example/procurement/registryv1"
)

const (
	cosignature = 4 // algorithm of a witness's key
	answerType  = "application/vnd.registry.v1.answer+protobuf"
	answersType = "application/vnd.registry.v1.answers+protobuf"
	digestBytes = 2 + sha256.Size // Field 15 comes last: its tag, its length, the hash.
)

// Policy is whose signatures are asked for: the lines of `registry policy`.
type Policy struct {
	logs               []note.Verifier
	required, receipts []ranged
	witnesses          map[string]witness // by the names that the policy gives them
	quorum             string             // the witness that must have cosigned; empty: none
}

// A key that counts for logs of certain sizes, both ends included.
type ranged struct {
	note.Verifier
	first, last uint64
}

func (key ranged) counts(size uint64) bool {
	return key.first <= size && size <= key.last
}

type witness struct {
	vkey string
	key  ed25519.PublicKey
}

// ReadPolicy reads a policy. Lines that ask for more than this example checks are refused.
func ReadPolicy(path string) (*Policy, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	policy := &Policy{witnesses: map[string]witness{}}
	for _, line := range strings.Split(string(content), "\n") {
		words := strings.Fields(line)
		if len(words) < 2 || strings.HasPrefix(words[0], "#") || (words[0] == "quorum" && words[1] == "none") {
			continue
		}
		if err := policy.add(words); err != nil {
			return nil, err
		}
	}
	if len(policy.logs) == 0 || len(policy.receipts) == 0 {
		return nil, errors.New("the policy names no log or no receipt key")
	}
	if _, known := policy.witnesses[policy.quorum]; policy.quorum != "" && !known {
		return nil, errors.New("this example knows a quorum of one witness, and no groups")
	}
	return policy, nil
}

func (policy *Policy) add(words []string) error {
	switch words[0] {
	case "log", "require", "receipt":
		verifier, err := note.NewVerifier(words[1])
		if err != nil {
			return fmt.Errorf("key of line %q: %w (this example knows Ed25519)", words[0], err)
		}
		key, err := rangeOf(verifier, words[2:])
		if err != nil {
			return err
		}
		switch words[0] {
		case "receipt":
			policy.receipts = append(policy.receipts, key)
		case "require":
			policy.required = append(policy.required, key)
			fallthrough // Its signatures are to be known, or they could not be asked for.
		default:
			same := func(each note.Verifier) bool {
				return each.Name() == verifier.Name() && each.KeyHash() == verifier.KeyHash()
			}
			if !slices.ContainsFunc(policy.logs, same) {
				policy.logs = append(policy.logs, verifier)
			}
		}
	case "witness":
		key, err := base64.StdEncoding.DecodeString(words[2][strings.LastIndex(words[2], "+")+1:])
		if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != cosignature {
			return errors.New("the key of a witness is none (C2SP tlog-cosignature, Ed25519)")
		}
		policy.witnesses[words[1]] = witness{words[2], key[1:]}
	case "quorum":
		policy.quorum = words[1]
	case "tsa": // Time stamps make an instant sure; this example takes the registry's word for it.
	default:
		return fmt.Errorf("this example does not check lines %q", words[0])
	}
	return nil
}

func rangeOf(verifier note.Verifier, words []string) (ranged, error) {
	key := ranged{verifier, 0, math.MaxUint64}
	var err error
	if len(words) == 2 {
		key.first, err = strconv.ParseUint(words[0], 10, 64)
		if err == nil && words[1] != "-" {
			key.last, err = strconv.ParseUint(words[1], 10, 64)
		}
	}
	if err != nil || len(words) == 1 || len(words) > 2 {
		return key, errors.New("the sizes for which a key counts cannot be read")
	}
	return key, nil
}

// Checked is what a receipt says whose signatures and proofs hold.
type Checked struct {
	Answer *pb.Answer
	Size   uint64 // of the checkpoint; 0: the receipt is signed only
	Leaves int    // shown, and each in the tree of the checkpoint
}

// Check verifies the bytes of a receipt under a policy.
func Check(content []byte, policy *Policy) (*Checked, error) {
	receipt, answer := &pb.Receipt{}, &pb.Answer{}
	if err := proto.Unmarshal(content, receipt); err != nil {
		return nil, errors.New("not a receipt")
	}
	body := len(content) - digestBytes
	if digest := sha256.Sum256(content[:max(body, 0)]); body < 0 || !bytes.Equal(digest[:], receipt.Digest) {
		return nil, errors.New("digest: the content was changed")
	}
	if err := proto.Unmarshal(receipt.Answer, answer); err != nil {
		return nil, errors.New("the answer cannot be read")
	}
	if err := checkAnswer(receipt, answer, policy); err != nil {
		return nil, err
	}
	if receipt.Checkpoint == "" {
		return &Checked{Answer: answer}, nil
	}
	size, err := checkLog(receipt, answer, policy)
	if err != nil {
		return nil, err
	}
	return &Checked{answer, size, len(receipt.Leaves)}, nil
}

// The registry's signature: under this answer alone, or under the root over many.
func checkAnswer(receipt *pb.Receipt, answer *pb.Answer, policy *Policy) error {
	signature := receipt.Signature
	signed := pae(answerType, receipt.Answer)
	if len(signature.GetHeader()) > 0 {
		header := &pb.AnswersHeader{}
		if err := proto.Unmarshal(signature.Header, header); err != nil || header.Origin != answer.Origin {
			return errors.New("the header over many answers is not this registry's")
		}
		leaf := rfc6962.DefaultHasher.HashLeaf(receipt.Answer)
		err := proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(signature.Index), uint64(header.Count), leaf, signature.Path, header.Root)
		if err != nil {
			return fmt.Errorf("the answer is not under the signed root: %w", err)
		}
		signed = pae(answersType, signature.Header)
	}
	size := max(answer.LogSize, answer.Position+1) // of the log when the answer was signed
	for _, verifier := range policy.receipts {
		if verifier.Name() != answer.Origin || !verifier.counts(size) {
			continue
		}
		for _, each := range signature.GetSignatures() {
			if verifier.Verify(signed, each.Sig) {
				return nil
			}
		}
	}
	return errors.New("no receipt key of the policy signed the answer")
}

// The checkpoint, that the answered tree is its beginning, and that each leaf shown is in it.
func checkLog(receipt *pb.Receipt, answer *pb.Answer, policy *Policy) (uint64, error) {
	opened, err := note.Open([]byte(receipt.Checkpoint), note.VerifierList(policy.logs...))
	if err != nil {
		return 0, fmt.Errorf("checkpoint: %w", err)
	}
	if policy.quorum != "" && !policy.witnesses[policy.quorum].cosigned(opened) {
		return 0, errors.New("the witness that the policy asks for has not cosigned the checkpoint")
	}
	lines := strings.SplitN(opened.Text, "\n", 4)
	if len(lines) < 3 || lines[0] != answer.Origin {
		return 0, errors.New("the checkpoint is another log's")
	}
	size, sizeErr := strconv.ParseUint(lines[1], 10, 64)
	root, rootErr := base64.StdEncoding.DecodeString(lines[2])
	if sizeErr != nil || rootErr != nil {
		return 0, errors.New("the checkpoint cannot be read")
	}
	for _, key := range policy.required {
		signed := func(each note.Signature) bool { return each.Name == key.Name() && each.Hash == key.KeyHash() }
		if key.counts(size) && !slices.ContainsFunc(opened.Sigs, signed) {
			return 0, errors.New("a signature that the policy asks for is not under the checkpoint")
		}
	}
	hasher := rfc6962.DefaultHasher
	if err := proof.VerifyConsistency(hasher, answer.Position+1, size, receipt.Consistency, answer.Root, root); err != nil {
		return 0, fmt.Errorf("the answer was given from another history: %w", err)
	}
	for _, leaf := range receipt.Leaves {
		if err := proof.VerifyInclusion(hasher, leaf.Position, size, hasher.HashLeaf(leaf.Leaf), leaf.Inclusion, root); err != nil {
			return 0, fmt.Errorf("leaf %d is not in the log: %w", leaf.Position, err)
		}
	}
	return size, nil
}

// C2SP tlog-cosignature: eight bytes of time before the signature, which is over both.
func (w witness) cosigned(opened *note.Note) bool {
	for _, line := range opened.UnverifiedSigs {
		value, err := base64.StdEncoding.DecodeString(line.Base64)
		if err != nil || len(value) != 4+8+ed25519.SignatureSize || !strings.HasPrefix(w.vkey, line.Name+"+") {
			continue
		}
		message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(value[4:12]), opened.Text)
		if ed25519.Verify(w.key, []byte(message), value[12:]) {
			return true
		}
	}
	return false
}

// DSSE: what is signed of a payload, with its type.
func pae(kind string, payload []byte) []byte {
	return append(fmt.Appendf(nil, "DSSEv1 %d %s %d ", len(kind), kind, len(payload)), payload...)
}
