// A witness out of parts that we did not write: cosignatures by transparency-dev/formats (C2SP
// tlog-cosignature, both kinds), consistency proofs by golang.org/x/mod.
//
//	outsidewitness serve <name> <log vkey>           prints "<Ed25519 vkey> <ML-DSA-44 vkey> <port>", cosigns
//	                                                 with both until it is killed
//	outsidewitness check <log vkey> <witness vkey>   reads a note, prints the time of the witness's cosignature
package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/transparency-dev/formats/log"
	cosignature "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	run := map[string]func(string, string) error{"serve": serve, "check": check}[os.Args[1]]
	if err := run(os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(logKey, witnessKey string) error {
	logVerifier, err := note.NewVerifier(logKey)
	if err != nil {
		return err
	}
	witness, err := cosignature.NewVerifierForCosignatureV1(witnessKey)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	opened, err := note.Open(text, note.VerifierList(logVerifier, witness))
	if err != nil {
		return err
	}
	for _, signature := range opened.Sigs {
		if signature.Hash == witness.KeyHash() && signature.Name == witness.Name() {
			at, err := cosignature.CoSigV1Timestamp(signature)
			fmt.Println(at.Unix())
			return err
		}
	}
	return errors.New("the witness has not signed")
}

// A witness of one log, which remembers until it is killed.
type witness struct {
	signers []note.Signer
	log     note.Verifier
	latest  tlog.Tree
}

func serve(name, logKey string) error {
	secret, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return err
	}
	ed25519, err := cosignature.NewSignerForCosignatureV1(secret)
	if err != nil {
		return err
	}
	secret, mldsaPublic, err := cosignature.GenerateMLDSAKey(name)
	if err != nil {
		return err
	}
	mldsa, err := cosignature.NewSignerForCosignatureV1(secret)
	if err != nil {
		return err
	}
	public, err = cosignature.VKeyToCosignatureV1(public)
	if err != nil {
		return err
	}
	logVerifier, err := note.NewVerifier(logKey)
	if err != nil {
		return err
	}
	listening, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(public, mldsaPublic, listening.Addr().(*net.TCPAddr).Port)
	w := &witness{signers: []note.Signer{ed25519, mldsa}, log: logVerifier}
	http.HandleFunc("POST /add-checkpoint", w.addCheckpoint)
	return http.Serve(listening, nil)
}

func (w *witness) addCheckpoint(answer http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		http.Error(answer, err.Error(), 400)
		return
	}
	status, text := w.cosign(body)
	if status == 409 {
		answer.Header().Set("Content-Type", "text/x.tlog.size")
	}
	answer.WriteHeader(status)
	io.WriteString(answer, text)
}

func (w *witness) cosign(body []byte) (int, string) {
	head, signed, _ := bytes.Cut(body, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	old, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "old "), 10, 64)
	if err != nil {
		return 400, err.Error()
	}
	opened, err := note.Open(signed, note.VerifierList(w.log))
	if err != nil {
		return 403, err.Error()
	}
	var checkpoint log.Checkpoint
	if _, err := checkpoint.Unmarshal([]byte(opened.Text)); err != nil {
		return 400, err.Error()
	}
	tree := tlog.Tree{N: int64(checkpoint.Size), Hash: tlog.Hash(checkpoint.Hash)}
	if old != w.latest.N {
		return 409, fmt.Sprintln(w.latest.N)
	}
	if err := consistent(w.latest, tree, lines[1:]); err != nil {
		return 422, err.Error()
	}
	cosigned, err := note.Sign(&note.Note{Text: opened.Text}, w.signers...)
	if err != nil {
		return 500, err.Error()
	}
	w.latest = tree
	return 200, strings.TrimPrefix(string(cosigned), opened.Text+"\n")
}

func consistent(old, tree tlog.Tree, lines []string) error {
	var proof tlog.TreeProof
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	if old.N == 0 {
		return nil
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
}
