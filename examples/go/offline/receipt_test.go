package offline

import (
	"os"
	"path/filepath"
	"testing"
)

// The receipts of earlier releases, which verify for ever; see ../../../tests/receipts_of_releases.
func releases(t *testing.T) map[string]*Policy {
	t.Helper()
	found := map[string]*Policy{}
	policies, _ := filepath.Glob("../../../tests/receipts_of_releases/*/policy*")
	for _, path := range policies {
		policy, err := ReadPolicy(path)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		receipts, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*.pb"))
		for _, each := range receipts {
			if filepath.Base(each) != "sm2.pb" { // Its keys are SM2, which Go's own library does not know.
				found[each] = policy
			}
		}
	}
	if len(found) == 0 {
		t.Skip("no receipts of earlier releases beside this example")
	}
	return found
}

func TestReceiptsOfEarlierReleasesHold(t *testing.T) {
	for path, policy := range releases(t) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Check(content, policy); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestAReceiptWithOneByteChangedIsRefused(t *testing.T) {
	for path, policy := range releases(t) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; at < len(content); at += 97 {
			changed := append([]byte(nil), content...)
			changed[at] ^= 1
			if _, err := Check(changed, policy); err == nil {
				t.Fatalf("%s: byte %d changed, and accepted", path, at)
			}
		}
	}
}
