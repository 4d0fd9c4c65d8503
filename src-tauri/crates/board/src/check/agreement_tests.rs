//! The short way to figures against the plain one: everything painted anew for every question.

use std::collections::HashMap;
use std::sync::Arc;

use units::{Digest, Id};

use super::contrast::Luminance;
use super::ground::{Ground, looks, painted};
use super::rules;
use crate::deck::{
    Align, Board, Colour, Deck, Element, Fit, Font, Frame, Kind, Size, Slide, Slope, Text,
    VerticalAlign,
};
use crate::scene::{Item, Scene, Shape};
use crate::{Fonts, Pictures, check, draw, facts, resolve};

/// Numbers that look random and are the same each run (SplitMix64).
struct Rng(u64);

impl Rng {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    fn colour(&mut self) -> Colour {
        let mut value = || self.below(256) as u8;
        let (r, g, b) = (value(), value(), value());
        let a = self.of(&[255, 255, 255, 1, 64, 128, 200, 254]);
        Colour { r, g, b, a }
    }

    fn frame(&mut self) -> Frame {
        let full = Frame::FULL as u64;
        let (x, y) = (self.below(full), self.below(full));
        Frame {
            x: x as i32 - Frame::FULL / 8,
            y: y as i32 - Frame::FULL / 8,
            width: (full / 10 + self.below(full * 9 / 10)) as i32,
            height: (full / 10 + self.below(full * 9 / 10)) as i32,
        }
    }

    fn text(&mut self) -> Text {
        let words = [
            "CẢNH BÁO",
            "Bão số 9",
            "Ẫ",
            "nghỉ học ngày 22/11",
            "sạt lở đất",
            "…",
        ];
        Text {
            text: (0..=self.below(3))
                .map(|_| self.of(&words))
                .collect::<Vec<_>>()
                .join(" "),
            font: Font {
                family: "Noto Sans".into(),
                weight: 700,
            },
            size: self.of(&[Size::Fit { max: None }, Size::Fixed { px: 30 }]),
            colour: self.colour(),
            align: self.of(&[Align::Left, Align::Centre, Align::Right]),
            valign: VerticalAlign::Middle,
            line_spacing_percent: 112,
        }
    }

    fn kind(&mut self, picture: Digest) -> Kind {
        match self.below(8) {
            0..=3 => Kind::Text(self.text()),
            4 => Kind::Rect {
                colour: self.colour(),
            },
            5 => Kind::Line {
                colour: self.colour(),
                thickness: self.below(9_000) as i32,
                slope: self.of(&[Slope::Down, Slope::Up]),
            },
            6 => Kind::Image {
                digest: picture,
                fit: self.of(&[Fit::Cover, Fit::Contain, Fit::Stretch]),
            },
            _ => Kind::Qr { text: "loa".into() },
        }
    }
}

fn id(number: u64) -> Id {
    Id::new(number, [1; 10])
}

fn board(width_px: u32, height_px: u32) -> Board {
    Board {
        id: id(1),
        name: "board".into(),
        width_px,
        height_px,
        ..super::tests::board()
    }
}

fn deck(board: &Board, kinds: Vec<(Frame, Kind)>, background: Colour) -> Deck {
    let elements = kinds
        .into_iter()
        .zip(100..)
        .map(|((frame, kind), number)| Element {
            id: id(number),
            frame,
            kind,
        });
    Deck {
        id: id(2),
        title: String::new(),
        boards: vec![board.clone()],
        slides: vec![Slide {
            id: id(3),
            duration_ms: 8_000,
            background,
            elements: elements.collect(),
        }],
    }
}

fn picture() -> (HashMap<Digest, Arc<[u8]>>, Digest) {
    let image = image::RgbaImage::from_fn(90, 60, |x, y| {
        image::Rgba([(x * 2) as u8, (y * 4) as u8, (x * y) as u8, (x + y) as u8])
    });
    let mut file = std::io::Cursor::new(Vec::new());
    image.write_to(&mut file, image::ImageFormat::Png).unwrap();
    let file: Arc<[u8]> = file.into_inner().into();
    let digest = Digest::of(&file);
    (HashMap::from([(digest, file)]), digest)
}

/// Slides of all kinds of things upon each other, resolved.
fn scenes(count: u64) -> Vec<(Deck, Board, Scene)> {
    let (files, digest) = picture();
    let (fonts, pictures) = (Fonts::bundled().unwrap(), Pictures::new(files));
    (0..count)
        .map(|seed| {
            let mut rng = Rng(seed);
            let (width, height) = rng.of(&[(192, 96), (320, 160), (160, 240), (97, 61)]);
            let board = board(width, height);
            let things = (0..=rng.below(14))
                .map(|_| (rng.frame(), rng.kind(digest)))
                .collect();
            let deck = deck(&board, things, rng.colour());
            let scene = resolve(&deck, 0, &board, &fonts, &pictures).unwrap();
            (deck, board, scene)
        })
        .collect()
}

#[test]
fn what_is_behind_a_text_is_what_drawing_draws_to_the_bit() {
    for (number, (_, _, scene)) in scenes(300).into_iter().enumerate() {
        let mut ground = Ground::new(&scene, 1);
        for (place, item) in scene.items.iter().enumerate() {
            if let Some(touch) = ground.touch(item) {
                ground.paint(&touch);
                ground.leave(&touch);
            }
            let mut drawn = scene.clone();
            drawn.items.truncate(place + 1);
            assert!(ground.frame == draw(&drawn), "slide {number}, item {place}");
        }
    }
}

/// How much of the text at `place` is seen, in per cent: the slide with and without it, up to it and
/// finished, each drawn whole.
fn seen_plainly(luminance: &Luminance, scene: &Scene, place: usize) -> f64 {
    let drawn = |items: Vec<Item>, background: Colour| {
        draw(&Scene {
            items,
            background,
            ..scene.clone()
        })
    };
    let mut text = scene.items[place].clone();
    let before = || scene.items[..place].to_vec();
    let after = || scene.items[place + 1..].to_vec();
    let ground = scene.background;
    let had = [
        drawn([before(), vec![text.clone()]].concat(), ground),
        drawn(before(), ground),
    ];
    let left = [
        drawn(scene.items.clone(), ground),
        drawn([before(), after()].concat(), ground),
    ];
    if let Shape::Text(block) = &mut text.shape {
        block.colour = Colour::WHITE;
    }
    let ink = drawn(vec![text], Colour::BLACK);
    let contrast = |[with, without]: &[crate::Frame; 2], at: usize| {
        let pixel = |frame: &crate::Frame| [0, 1, 2].map(|n| frame.rgba[at * 4 + n]);
        luminance.between(pixel(with), pixel(without))
    };
    let enough = Luminance::steps(rules::CONTRAST_MIN);
    let (mut seen, mut total) = (0, 0);
    for (at, coverage) in ink.rgba.chunks_exact(4).enumerate() {
        if coverage[0] >= 128 {
            total += 1;
            seen += u64::from(contrast(&left, at) >= contrast(&had, at).min(enough));
        }
    }
    if total == 0 {
        return 100.0;
    }
    seen as f64 / total as f64 * 100.0
}

#[test]
fn how_much_of_a_text_is_seen_is_what_painting_all_of_it_anew_shows() {
    let luminance = Luminance::new();
    let mut part_seen = 0;
    for (number, (deck, board, scene)) in scenes(300).into_iter().enumerate() {
        let found = super::measure::measure(&deck, 0, &board, &scene).texts;
        for text in found {
            let place = scene
                .items
                .iter()
                .position(|item| item.element == text.element);
            let wanted = seen_plainly(&luminance, &scene, place.unwrap());
            assert_eq!(text.seen_percent, wanted, "slide {number}, {place:?}");
            part_seen += usize::from((1.0..99.0).contains(&wanted));
        }
    }
    assert!(part_seen > 100, "{part_seen}");
}

/// Slides at the limit of elements, on the smallest and the largest board.
fn hostile() -> Vec<(Deck, Board)> {
    let full = Frame {
        x: 0,
        y: 0,
        width: Frame::FULL,
        height: Frame::FULL,
    };
    let veil = Kind::Rect {
        colour: Colour {
            r: 16,
            g: 32,
            b: 48,
            a: 8,
        },
    };
    let mut rng = Rng(1);
    let mut words = |chars: usize| {
        Kind::Text(Text {
            text: "bão số 9 ".repeat(chars / 9),
            size: Size::Fit { max: None },
            colour: rng.colour(),
            ..Rng(2).text()
        })
    };
    let mut decks = Vec::new();
    for board in [board(192, 96), board(640, 384), board(3_840, 2_160)] {
        let texts =
            |kind: &mut dyn FnMut(usize) -> Kind| (0..200).map(|n| (full, kind(n))).collect();
        for things in [
            texts(&mut |_| words(99)),
            texts(&mut |n| if n % 2 == 0 { words(198) } else { veil.clone() }),
            texts(&mut |n| if n == 0 { words(90) } else { veil.clone() }),
            texts(&mut |_| words(9)),
        ] {
            decks.push((deck(&board, things, Colour::WHITE), board.clone()));
        }
    }
    decks
}

#[test]
fn no_slide_within_the_limits_costs_more_than_eight_screens_of_painting() {
    let (fonts, pictures) = (Fonts::bundled().unwrap(), Pictures::new(()));
    for (number, (deck, board)) in hostile().into_iter().enumerate() {
        deck.validate().unwrap();
        let before = (painted(), looks());
        let facts = facts(&deck, 0, &board, &fonts, &pictures).unwrap();
        let (painted, looks) = (painted() - before.0, looks() - before.1);
        println!("slide {number}: {painted} painted, {looks} looks");
        assert!(painted <= 64_000_000, "slide {number}: {painted}");
        assert!(looks <= 30_000_000, "slide {number}: {looks}");
        assert!(!facts.texts.is_empty());
        assert!(!check(&deck, &board, &fonts, &pictures).unwrap().is_empty());
    }
}
