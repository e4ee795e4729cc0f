// The counter: the camera reads the code where the browser can; else it is typed.
const button = document.querySelector("[data-scan]");
const view = document.querySelector("[data-scan-view]");
const help = document.querySelector("[data-scan-help]");
const field = document.getElementById("id_code");

function say(words) {
  help.textContent = words;
  help.hidden = false;
}

async function look(detector, stream) {
  for (;;) {
    const [found] = await detector.detect(view);
    if (found && found.rawValue) {
      stream.getTracks().forEach((track) => track.stop());
      view.hidden = true;
      field.value = found.rawValue;
      field.form.requestSubmit();
      return;
    }
    if (view.hidden) return;
    await new Promise((done) => setTimeout(done, 200));
  }
}

async function scan() {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    view.srcObject = stream;
    view.hidden = false;
    await view.play();
    say("请把二维码放在画面中间。");
    await look(new window.BarcodeDetector({ formats: ["qr_code"] }), stream);
  } catch {
    view.hidden = true;
    say("没有打开摄像头，请输入领取码。");
    field.focus();
  }
}

if (button && "BarcodeDetector" in window && navigator.mediaDevices) {
  button.hidden = false;
  button.addEventListener("click", scan);
}
field?.focus();
