// Registry serves the images of an OCI layout to containerd, as init's own registry does: GET and
// HEAD of /v2/, of manifests by tag or digest, and of blobs. It exists to be measured against.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

const address = "127.0.0.1:3170"

// refName is the annotation that holds an image's full reference: OCI Image Specification.
const refName = "org.opencontainers.image.ref.name"

var (
	digestPattern = regexp.MustCompile(`^sha256:([0-9a-f]{64})$`)
	route         = regexp.MustCompile(`^/v2/([^:]+)/(manifests|blobs)/([\w.:-]{1,127})$`)
)

type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Annotations map[string]string `json:"annotations"`
}

type registry struct{ layout string }

// resolve finds the manifest of a reference; it reads the index anew, for a layout may change.
func (r registry) resolve(namespace, name, reference string) string {
	if digestPattern.MatchString(reference) {
		return reference
	}
	var index struct {
		Manifests []descriptor `json:"manifests"`
	}
	text, err := os.ReadFile(filepath.Join(r.layout, "index.json"))
	if err != nil || json.Unmarshal(text, &index) != nil {
		return ""
	}
	image := name + ":" + reference
	for _, manifest := range index.Manifests {
		full := manifest.Annotations[refName]
		if full == namespace+"/"+image || namespace == "" && (full == image || strings.HasSuffix(full, "/"+image)) {
			return manifest.Digest
		}
	}
	return ""
}

func (r registry) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if request.Method != http.MethodGet && request.Method != http.MethodHead {
		http.Error(w, "This registry is read-only", http.StatusMethodNotAllowed)
		return
	}
	if request.URL.Path == "/v2/" {
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte("{}"))
		return
	}
	parts := route.FindStringSubmatch(request.URL.Path)
	if parts == nil {
		http.NotFound(w, request)
		return
	}
	digest := parts[3]
	if parts[2] == "manifests" {
		digest = r.resolve(request.URL.Query().Get("ns"), parts[1], parts[3])
	}
	hex := digestPattern.FindStringSubmatch(digest)
	if hex == nil {
		http.NotFound(w, request)
		return
	}
	path := filepath.Join(r.layout, "blobs/sha256", hex[1])
	file, err := os.Open(path)
	if err != nil {
		http.NotFound(w, request)
		return
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		http.Error(w, "The image cannot be read", http.StatusInternalServerError)
		return
	}
	mediaType := "application/octet-stream"
	if parts[2] == "manifests" {
		mediaType = "application/vnd.oci.image.manifest.v1+json"
		var manifest descriptor
		if text, err := os.ReadFile(path); err == nil && json.Unmarshal(text, &manifest) == nil && manifest.MediaType != "" {
			mediaType = manifest.MediaType
		}
	}
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Docker-Content-Digest", digest)
	w.Header().Set("Etag", `"`+digest+`"`)
	http.ServeContent(w, request, "", info.ModTime(), file)
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: registry LAYOUT")
	}
	log.Fatal(http.ListenAndServe(address, registry{os.Args[1]}))
}
