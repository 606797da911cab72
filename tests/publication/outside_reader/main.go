// Reads a published log with golang.org/x/mod alone and checks it: the checkpoint's signature, every leaf
// against the tree, and that the tree of each smaller size is the beginning of the whole.
//
//	outsidereader <url> <verifier key> [<older size> ...]
//
// Prints "<size> <root>" if everything fits; any misfit is one line on standard error and status 1.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

var client = http.Client{Timeout: 5 * time.Second}

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(url, key string, olderSizes []string) error {
	tree, err := checkpoint(url, key)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, tiles{url, map[tlog.Tile][]byte{}})
	for first := int64(0); first < tree.N; first += 1 << height {
		if err := checkBundle(url, reader, tree, first); err != nil {
			return err
		}
	}
	for _, each := range olderSizes {
		older, err := strconv.ParseInt(each, 10, 64)
		if err != nil {
			return err
		}
		if err := checkOlder(reader, tree, older); err != nil {
			return fmt.Errorf("size %d: %w", older, err)
		}
	}
	fmt.Println(tree.N, base64.StdEncoding.EncodeToString(tree.Hash[:]))
	return nil
}

func checkpoint(url, key string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return tlog.Tree{}, err
	}
	text, err := get(url + "/checkpoint")
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("not a checkpoint of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func checkBundle(url string, reader tlog.HashReader, tree tlog.Tree, first int64) error {
	width := min(1<<height, tree.N-first)
	bundle, err := get(url + path("entries", tlog.Tile{H: height, L: 0, N: first >> height, W: int(width)}))
	if err != nil {
		return err
	}
	for position := first; position < first+width; position++ {
		length := int(binary.BigEndian.Uint16(bundle))
		leaf := bundle[2 : 2+length]
		bundle = bundle[2+length:]
		proof, err := tlog.ProveRecord(tree.N, position, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, position, tlog.RecordHash(leaf)); err != nil {
			return fmt.Errorf("leaf %d: %w", position, err)
		}
	}
	if len(bundle) > 0 {
		return fmt.Errorf("bundle from %d goes on", first)
	}
	return nil
}

func checkOlder(reader tlog.HashReader, tree tlog.Tree, older int64) error {
	root, err := tlog.TreeHash(older, reader)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(tree.N, older, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, older, root)
}

// tiles reads each tile once, where C2SP tlog-tiles puts it; tlog itself checks it against the tree's hash.
type tiles struct {
	url  string
	held map[tlog.Tile][]byte
}

func (t tiles) Height() int { return height }

func (t tiles) ReadTiles(asked []tlog.Tile) ([][]byte, error) {
	contents := make([][]byte, len(asked))
	for i, tile := range asked {
		if _, ok := t.held[tile]; !ok {
			content, err := get(t.url + path(strconv.Itoa(tile.L), tile))
			if err != nil {
				return nil, err
			}
			t.held[tile] = content
		}
		contents[i] = t.held[tile]
	}
	return contents, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// path turns tile/8/<L>/<N>, as Go's own log has it, into /tile/<level>/<N>.
func path(level string, tile tlog.Tile) string {
	parts := strings.SplitN(tile.Path(), "/", 4)
	return "/tile/" + level + "/" + parts[3]
}

func get(url string) ([]byte, error) {
	answer, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, 1<<20))
}
