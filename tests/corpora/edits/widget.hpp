#ifndef WIDGET_HPP
#define WIDGET_HPP
#include <memory>
#include <vector>
#define API_EXPORT __attribute__((visibility("default")))
#define EACH(x, xs) \
    for (auto &x : (xs)) /* a comment */ \
        if (true)

namespace ui::detail {
template <typename T, int N = 4>
class API_EXPORT Widget final : public std::enable_shared_from_this<Widget<T, N>> {
public:
    using value_type = T;
    explicit Widget(T value) : value_(std::move(value)), count_{N} {}
    virtual ~Widget() = default;
    Widget &operator=(const Widget &) = delete;
    operator bool() const { return count_ > 0; }
    template <class F> auto map(F &&f) const -> decltype(f(std::declval<T>())) { return f(value_); }
    WIDGET_FIELDS
private:
    T value_;
    int count_ GUARDED_BY(mutex_);
    static constexpr const char *kName = R"(raw "text" )";
};

enum class Color : unsigned { Red = 1, Green, Blue };
struct Point { double x, y; bool operator==(const Point &) const = default; };
typedef int (WINAPI *callback)(void *context);
extern "C" {
int widget_open(const char *path, callback done);
}
inline std::vector<Point> line(Point a, Point b) {
    std::vector<Point> points;
    EACH(p, points) { p.x += 1'000; }
    return points;
}
} // namespace ui::detail
#endif
