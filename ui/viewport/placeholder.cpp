// SPDX-License-Identifier: Apache-2.0
#include "ui/viewport/placeholder.h"

#include "ui/theme.h"

#include <QLabel>
#include <QPainter>
#include <QPainterPath>
#include <QPushButton>
#include <QRadialGradient>

#include <algorithm>

namespace portrait {
namespace {
constexpr int kCardWidth = 440;
constexpr int kCardHeight = 360;
constexpr int kDrawing = 128;
constexpr int kGap = 16;  // between the card and what stands below it
constexpr int kSpinMs = 40;
constexpr int kSpinStep = 9;  // degrees
}  // namespace

Placeholder::Placeholder(QWidget* parent)
    : QWidget(parent),
      title_(new QLabel(this)),
      text_(new QLabel(this)),
      open_(new QPushButton(tr("Open photo…"), this)),
      sample_(new QPushButton(tr("Try the sample"), this)),
      recovery_(new RecoveryCard(this)),
      promise_(new QLabel(tr("The photo becomes a head that you can turn, tune and take away.\n"
                             "All of it happens on this computer: nothing leaves it."),
                          this)) {
  title_->setObjectName("title");
  title_->setAlignment(Qt::AlignCenter);
  text_->setObjectName("dim");
  text_->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
  text_->setWordWrap(true);
  promise_->setObjectName("dim");
  promise_->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
  promise_->setWordWrap(true);
  open_->setProperty("accent", true);
  connect(open_, &QPushButton::clicked, this, &Placeholder::open_requested);
  connect(sample_, &QPushButton::clicked, this, &Placeholder::sample_requested);
  connect(recovery_, &RecoveryCard::open_chosen, this, &Placeholder::recovery_chosen);
  connect(recovery_, &RecoveryCard::discard_chosen, this, &Placeholder::recovery_discarded);
  spin_.setInterval(kSpinMs);
  connect(&spin_, &QTimer::timeout, this, [this] {
    spin_degrees_ = (spin_degrees_ + kSpinStep) % 360;
    update(QRectF(card().center().x() - 80, card().top(), 160, 190).toAlignedRect());
  });
  show_empty(true);
}

void Placeholder::set_kind(Kind kind) {
  kind_ = kind;
  const bool buttons = kind == Kind::kEmpty;
  open_->setVisible(buttons);
  if (!buttons) sample_->hide();
  recovery_->setVisible(buttons && recovery_->count() > 0);
  promise_->setVisible(buttons && first_start_);
  if (kind == Kind::kLoading && !reduced_motion()) {
    if (!spin_.isActive()) spin_.start();
  } else {
    spin_.stop();
  }
  place();
  update();
}

void Placeholder::show_empty(bool has_sample) {
  title_->setText(tr("Drop a portrait here"));
  text_->setText(tr("One person, looking at the camera.\nJPEG, PNG, WebP or TIFF."));
  set_kind(Kind::kEmpty);
  sample_->setVisible(has_sample);
  place();
}

void Placeholder::show_loading(const QString& activity) {
  title_->setText(activity.isEmpty() ? tr("Making the first head…") : activity);
  text_->setText(tr("The first head takes a few seconds."));
  if (kind_ != Kind::kLoading) set_kind(Kind::kLoading);
}

void Placeholder::show_no_opengl(const QString& why) {
  title_->setText(tr("The head cannot be drawn here"));
  text_->setText(
      tr("%1\n\nThe head is made all the same and can be exported. To draw it, install a "
         "graphics driver or Mesa (package libgl1-mesa-dri) and start again.")
          .arg(why));
  set_kind(Kind::kNoOpenGl);
}

void Placeholder::show_recoveries(const QList<Recovery>& recoveries) {
  recovery_->show_recoveries(recoveries);
  recovery_->setVisible(kind_ == Kind::kEmpty && recovery_->count() > 0);
  place();
  update();
}

void Placeholder::set_first_start(bool first) {
  first_start_ = first;
  promise_->setVisible(kind_ == Kind::kEmpty && first);
  place();
  update();
}

void Placeholder::set_drop_hover(bool hover) {
  if (drop_hover_ == hover) return;
  drop_hover_ = hover;
  update();
}

QRectF Placeholder::card() const {
  const double width = std::min<double>(kCardWidth, this->width() - 32);
  const double height = std::min<double>(kCardHeight, this->height() - 32);
  // Card and what stands below it are centred as one, as far as there is room.
  const double top = std::max(16.0, (this->height() - height - below_card()) / 2);
  return {(this->width() - width) / 2, top, width, height};
}

int Placeholder::below_card() const {
  int height = 0;
  if (!promise_->isHidden()) height += kGap + promise_->heightForWidth(kCardWidth);
  if (!recovery_->isHidden()) height += kGap + recovery_->sizeHint().height();
  return height;
}

void Placeholder::place() {
  const QRect inside = card().toRect().adjusted(24, 24, -24, -24);
  int y = inside.top() + kDrawing + 20;
  title_->setGeometry(inside.left(), y, inside.width(), 28);
  y += 32;
  const int text_height = kind_ == Kind::kEmpty ? 44 : inside.bottom() - y;
  text_->setGeometry(inside.left(), y, inside.width(), text_height);
  y += text_height + 20;
  const int gap = 8;
  const bool both = !sample_->isHidden();
  const QSize a = open_->sizeHint();
  const QSize b = sample_->sizeHint();
  const int total = a.width() + (both ? gap + b.width() : 0);
  const int left = inside.center().x() - total / 2;
  open_->setGeometry(left, y, a.width(), a.height());
  sample_->setGeometry(left + a.width() + gap, y, b.width(), b.height());

  const QRect whole = card().toRect();
  y = whole.bottom() + 1 + kGap;
  if (!recovery_->isHidden()) {
    recovery_->setGeometry(whole.left(), y, whole.width(), recovery_->sizeHint().height());
    y = recovery_->geometry().bottom() + 1 + kGap;
  }
  promise_->setGeometry(whole.left(), y, whole.width(), promise_->heightForWidth(whole.width()));
}

void Placeholder::resizeEvent(QResizeEvent*) { place(); }

void Placeholder::paintEvent(QPaintEvent*) {
  const Theme& t = theme();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  QRadialGradient glow(QPointF(width() * 0.5, height() * 0.44), std::max(width(), height()) * 0.6);
  glow.setColorAt(0, t.backdrop_centre);
  glow.setColorAt(0.45,
                  QColor::fromRgbF((t.backdrop_centre.redF() + 2 * t.backdrop_edge.redF()) / 3,
                                   (t.backdrop_centre.greenF() + 2 * t.backdrop_edge.greenF()) / 3,
                                   (t.backdrop_centre.blueF() + 2 * t.backdrop_edge.blueF()) / 3));
  glow.setColorAt(1, t.backdrop_edge);
  painter.fillRect(rect(), glow);

  const QRectF area = card();
  if (kind_ == Kind::kEmpty) {
    QColor fill = t.panel;
    fill.setAlpha(drop_hover_ ? 235 : 150);
    QPen border(drop_hover_ ? t.accent : t.outline, 1.5, Qt::CustomDashLine, Qt::RoundCap);
    border.setDashPattern({5, 5});
    painter.setPen(border);
    painter.setBrush(fill);
    painter.drawRoundedRect(area, 12, 12);
  }

  const QRectF drawing(area.center().x() - kDrawing / 2.0, area.top() + 28, kDrawing, kDrawing);
  const QColor line = kind_ == Kind::kNoOpenGl ? t.dim : drop_hover_ ? t.accent : t.dim;
  const QString name = kind_ == Kind::kNoOpenGl ? "no_display" : "head";
  painter.drawPixmap(drawing.topLeft(),
                     themed_pixmap(name, line, kDrawing, devicePixelRatioF()));
  if (kind_ == Kind::kLoading) {
    const QRectF ring = drawing.adjusted(-4, -4, 4, 4);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(t.line, 2));
    painter.drawEllipse(ring);
    painter.setPen(QPen(t.accent, 2, Qt::SolidLine, Qt::RoundCap));
    painter.drawArc(ring, (90 - spin_degrees_) * 16, -80 * 16);
  }
}

}  // namespace portrait
