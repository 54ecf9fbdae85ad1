// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QLabel>
#include <QString>

class QFrame;
class QPushButton;
class QVBoxLayout;
class QWidget;

namespace portrait {

inline constexpr int kPanelMargin = 12;

// A section of a side panel: a small capital heading with a note at its right, and a layout for
// what belongs to it.
struct PanelSection {
  QWidget* widget = nullptr;
  QVBoxLayout* body = nullptr;
  QLabel* note = nullptr;
};
PanelSection make_section(const QString& title);

QFrame* make_separator();

// Text that gives way: cut with an ellipsis where there is no room, whole in the tooltip.
class ElidedLabel : public QLabel {
  Q_OBJECT

 public:
  explicit ElidedLabel(Qt::TextElideMode mode = Qt::ElideRight, QWidget* parent = nullptr);
  void set_text(const QString& text);
  const QString& full_text() const { return text_; }
  QSize minimumSizeHint() const override { return {24, QLabel::minimumSizeHint().height()}; }
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString text_;
  Qt::TextElideMode mode_;
};

QPushButton* small_button(const QString& text, const QString& tip);

// The one accent: this is happening now, or press me.
void set_accent(QPushButton* button, bool accent);

// Sets a label's text only when it differs, so that nothing is laid out in vain.
void set_text(QLabel* label, const QString& text);

QString clock_text(double seconds);             // "3 s", "2:10", "1:02:10"
QString bytes_text(double bytes);               // "812 KB", "1.4 MB"

}  // namespace portrait
