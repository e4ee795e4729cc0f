// <form data-here> with lon and lat: its [data-locate] button fills in where the device is, and sends the form.
export function here() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-locate]");
    const form = button && button.closest("form[data-here]");
    if (!form) return;
    const said = form.querySelector("[data-said]");
    if (!navigator.geolocation) {
      said.textContent = "这台设备不能定位，请填写经纬度。";
      return;
    }
    said.textContent = "正在定位…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.lon.value = coords.longitude.toFixed(6);
        form.elements.lat.value = coords.latitude.toFixed(6);
        form.requestSubmit ? form.requestSubmit() : form.submit();
      },
      () => {
        said.textContent = "没有定位成功，请检查定位权限，或填写经纬度。";
      },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
    );
  });
}
