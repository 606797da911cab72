/* Reads a QR code with the camera, where the browser can (BarcodeDetector). Pictures are looked at and dropped. */

const PATIENCE_MS = 60_000;
const PAUSE_MS = 200;

export async function canScan() {
  if (!("BarcodeDetector" in globalThis) || !navigator.mediaDevices?.getUserMedia) return false;
  return (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
}

/* The text of the first code that the camera sees; "" after a minute without one. */
export async function scanned(video) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  try {
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    return await seen(video, new BarcodeDetector({ formats: ["qr_code"] }));
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.hidden = true;
    video.srcObject = null;
  }
}

async function seen(video, detector) {
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until) {
    const [code] = await detector.detect(video);
    if (code) return code.rawValue;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return "";
}
