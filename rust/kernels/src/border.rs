//! What lies outside an image.

/// What lies outside the image `a b c d`, as `scipy.ndimage` names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Border {
    /// `v v v | a b c d | v v v`
    #[default]
    Constant,
    /// `a a a | a b c d | d d d`
    Nearest,
    /// `c b a | a b c d | d c b`
    Reflect,
    /// `d c b | a b c d | c b a`
    Mirror,
    /// `b c d | a b c d | a b c`
    Wrap,
}

impl Border {
    /// All of them, in the order of the header's numbers.
    pub const ALL: [Self; 5] = [
        Self::Constant,
        Self::Nearest,
        Self::Reflect,
        Self::Mirror,
        Self::Wrap,
    ];

    /// The name that Python users write.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Nearest => "nearest",
            Self::Reflect => "reflect",
            Self::Mirror => "mirror",
            Self::Wrap => "wrap",
        }
    }

    /// Map an index outside `0..length`, however far, to the one inside that the border stands for.
    /// `None` when that is the constant.
    #[cfg(feature = "rust-kernel")]
    pub(crate) fn index(self, index: i64, length: i64) -> Option<i64> {
        if (0..length).contains(&index) {
            return Some(index);
        }
        match self {
            Self::Constant => None,
            Self::Nearest => Some(if index < 0 { 0 } else { length - 1 }),
            Self::Reflect => {
                let place = index.rem_euclid(2 * length);
                Some(place.min(2 * length - 1 - place))
            }
            Self::Mirror if length == 1 => Some(0),
            Self::Mirror => {
                let place = index.rem_euclid(2 * length - 2);
                Some(place.min(2 * length - 2 - place))
            }
            Self::Wrap => Some(index.rem_euclid(length)),
        }
    }
}

#[cfg(all(test, feature = "rust-kernel"))]
mod tests {
    use super::Border;

    /// Each row tells where the indices -7..=9 of an image of four pixels come from.
    #[test]
    fn far_outside() {
        let cases: [(Border, [i64; 17]); 5] = [
            (
                Border::Constant,
                [
                    -1, -1, -1, -1, -1, -1, -1, 0, 1, 2, 3, -1, -1, -1, -1, -1, -1,
                ],
            ),
            (
                Border::Nearest,
                [0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 3, 3, 3, 3, 3, 3],
            ),
            (
                Border::Reflect,
                [1, 2, 3, 3, 2, 1, 0, 0, 1, 2, 3, 3, 2, 1, 0, 0, 1],
            ),
            (
                Border::Mirror,
                [1, 0, 1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1, 2, 3],
            ),
            (
                Border::Wrap,
                [1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1],
            ),
        ];
        for (border, expected) in cases {
            for (index, from) in (-7..).zip(expected) {
                assert_eq!(
                    border.index(index, 4).unwrap_or(-1),
                    from,
                    "{border:?} {index}"
                );
            }
        }
    }

    /// An image of one pixel is all there is, however far.
    #[test]
    fn one_pixel() {
        for border in &Border::ALL[1..] {
            for index in -5..=5 {
                assert_eq!(border.index(index, 1), Some(0));
            }
        }
    }
}
