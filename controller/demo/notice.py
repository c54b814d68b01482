"""The notice of the demo, as a ward would write it."""

TITLE = "Tổng vệ sinh môi trường, phòng bệnh sốt xuất huyết"

TEXT = """\
Thực hiện Kế hoạch số 86/KH-UBND ngày 12/11/2026 về phòng, chống dịch bệnh mùa mưa, UBND xã An Bình \
thông báo: từ 7h30 đến 10h Chủ nhật, ngày 29/11, toàn xã tổng vệ sinh môi trường.
Đề nghị mỗi hộ gia đình cử 01 người tham gia, mang theo chổi, xẻng, tập trung tại \
nhà văn hóa thôn trước 7h15.
Các hộ lật úp dụng cụ chứa nước, thả cá vào bể, ngủ màn. Ai sốt cao liên tục 02 ngày \
cần đến ngay Trạm Y tế xã để được khám miễn phí.
Mọi thắc mắc xin gọi số điện thoại 0912.345.678 trong giờ hành chính. Trân trọng cảm ơn bà con."""
