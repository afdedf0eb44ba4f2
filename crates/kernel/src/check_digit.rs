//! Check digits, as pure functions: MOD 11-2 of identity numbers, MOD 11,10 of visit barcodes, modulus 31 of unified social
//! credit codes, modulus 11 of the organisation codes inside them.

/// ISO 7064 MOD 11-2 as GB 11643-1999 uses it: seventeen digits and one of `0`–`9`, `X`.
pub mod mod11_2 {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: &[u8; 11] = b"10X98765432";

    /// The check character of seventeen ASCII digits; `None` for anything else.
    pub fn of(digits: &str) -> Option<char> {
        if digits.len() != WEIGHTS.len() {
            return None;
        }
        let mut sum = 0;
        for (c, weight) in digits.chars().zip(WEIGHTS) {
            sum += c.to_digit(10)? * weight;
        }
        CHECK.get(sum as usize % 11).map(|&b| char::from(b))
    }

    /// Whether eighteen characters end in the right check character (`X` in upper case).
    pub fn valid(number: &str) -> bool {
        let mut chars = number.chars();
        let last = chars.next_back();
        last.is_some() && of(chars.as_str()) == last
    }
}

/// ISO 7064 MOD 11,10: one digit after any number of digits. It finds every single wrong digit
/// and nearly all swaps of neighbours, and needs no letter, so the barcode stays all digits.
pub mod mod11_10 {
    /// The digits with their check digit after them; `None` unless all are ASCII digits and there
    /// is at least one.
    pub fn append(digits: &str) -> Option<String> {
        let product = product(digits)?;
        let check = char::from_digit((11 - product) % 10, 10)?;
        Some(format!("{digits}{check}"))
    }

    /// Whether the last digit is the check digit of those before it.
    pub fn valid(number: &str) -> bool {
        let Some((at, _)) = number.char_indices().next_back() else {
            return false;
        };
        append(&number[..at]).is_some_and(|whole| whole == number)
    }

    /// The running product of the standard after all digits; 1 to 10.
    fn product(digits: &str) -> Option<u32> {
        if digits.is_empty() {
            return None;
        }
        digits.chars().try_fold(10, |product, c| {
            let sum = (product + c.to_digit(10)?) % 10;
            let sum = if sum == 0 { 10 } else { sum };
            Some(sum * 2 % 11)
        })
    }
}

/// Modulus 31 as GB 32100-2015 uses it: seventeen characters and one more, all of its own alphabet.
pub mod mod31 {
    /// The digits, and the letters without I, O, S, V and Z, which are mistaken for digits.
    pub const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    /// The powers of 3 modulo 31.
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

    /// The check character of seventeen characters of the alphabet; `None` for anything else.
    pub fn of(seventeen: &str) -> Option<char> {
        if seventeen.len() != WEIGHTS.len() {
            return None;
        }
        let mut sum = 0;
        for (c, weight) in seventeen.chars().zip(WEIGHTS) {
            sum += ALPHABET.find(c)? * weight;
        }
        // The second remainder turns 31 into 0: without it no code could end in 0.
        ALPHABET.chars().nth((31 - sum % 31) % 31)
    }

    /// Whether eighteen characters end in the right check character (letters in upper case).
    pub fn valid(code: &str) -> bool {
        let mut chars = code.chars();
        let last = chars.next_back();
        last.is_some() && of(chars.as_str()) == last
    }
}

/// Modulus 11 as GB 11714-1997 uses it for organisation codes: eight characters and one of `0`–`9`, `X`.
pub mod mod11 {
    const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const WEIGHTS: [usize; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: &[u8; 11] = b"0X987654321";

    /// The check character of eight digits and capital letters; `None` for anything else.
    pub fn of(eight: &str) -> Option<char> {
        if eight.len() != WEIGHTS.len() {
            return None;
        }
        let mut sum = 0;
        for (c, weight) in eight.chars().zip(WEIGHTS) {
            sum += ALPHABET.find(c)? * weight;
        }
        CHECK.get(sum % 11).map(|&b| char::from(b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_number_vectors() {
        for number in ["11010519491231002X", "320402198001010012", "83000019810715006X"] {
            let (digits, check) = number.split_at(17);
            assert_eq!(mod11_2::of(digits).map(String::from).as_deref(), Some(check));
            assert!(mod11_2::valid(number));
        }
        for bad in [
            "",
            "X",
            "32040219800101001",
            "320402198001010013",
            "11010519491231002x",
            "3204021980010100122",
            "32040219800101001２",
            "３20402198001010012",
            "3204021980010é012",
        ] {
            assert!(!mod11_2::valid(bad), "{bad}");
        }
    }

    #[test]
    fn mod11_10_vectors() {
        // The standard's example; a German tax number; a Croatian personal number.
        for number in ["07945", "86095742719", "69435151530"] {
            let digits = &number[..number.len() - 1];
            assert_eq!(mod11_10::append(digits).as_deref(), Some(number));
            assert!(mod11_10::valid(number), "{number}");
        }
        for bad in ["", "5", "07946", "0794", "0794X", "x7945", "0794５", "０7945", " 07945"] {
            assert!(!mod11_10::valid(bad), "{bad}");
        }
        assert_eq!(mod11_10::append(""), None);
        assert_eq!(mod11_10::append("12a4"), None);
    }

    #[test]
    fn every_single_wrong_digit_of_a_visit_code_is_found() {
        let code = mod11_10::append("000000000000000").unwrap();
        assert_eq!(code.len(), 16);
        for digits in ["000000000000000", "123456789012345", "999999999999999"] {
            let code = mod11_10::append(digits).unwrap();
            for at in 0..code.len() {
                for wrong in ('0'..='9').filter(|c| !code[at..].starts_with(*c)) {
                    let mut typed = code.clone();
                    typed.replace_range(at..=at, &wrong.to_string());
                    assert!(!mod11_10::valid(&typed), "{typed}");
                }
            }
        }
    }

    #[test]
    fn credit_code_vectors() {
        for code in [
            // From documents that others publish.
            "91320404MAY4CL12TB",
            "91320400MABJ1XG61P",
            "91320400MADD272HD1",
            "91320404MAQ4TDUXM0",
            "91350100M000100Y43",
            "91110000802100433B",
            // Invented, the last two with the check character 0.
            "123204004670000126",
            "123204004670000201",
            "91320402MA7DEM0169",
            "1132040001400001XJ",
            "91320400137000095A",
            "91320400MA7Y002110",
            "123204004670002070",
        ] {
            assert!(mod31::valid(code), "{code}");
        }
        // Organisation codes inside these.
        for organisation in ["M000100Y4", "802100433", "MA7Y00211", "01400001X"] {
            let (eight, check) = organisation.split_at(8);
            assert_eq!(mod11::of(eight).map(String::from).as_deref(), Some(check));
        }
        for bad in [
            "",
            "0",
            "911100006000373412",
            "91320404MAY4CL12Tb",
            "91320404MAY4CL12T",
            "91320404MAY4CL12TB0",
            "91320404MAY4CL12TＢ",
            "S1320404MAY4CL12TB",
        ] {
            assert!(!mod31::valid(bad), "{bad}");
        }
        for bad in ["", "MAY4CL1", "MAY4CL1２", "may4cl12", "MAY4CL123"] {
            assert_eq!(mod11::of(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_single_wrong_character_of_a_credit_code_is_found_and_every_swap_of_neighbours() {
        for code in ["91320404MAY4CL12TB", "91320400MA7Y002110", "1132040001400001XJ"] {
            for at in 0..code.len() {
                for wrong in mod31::ALPHABET.chars().filter(|c| !code[at..].starts_with(*c)) {
                    let mut typed = code.to_owned();
                    typed.replace_range(at..=at, &wrong.to_string());
                    assert!(!mod31::valid(&typed), "{typed}");
                }
            }
            for at in 1..code.len() {
                let mut typed: Vec<char> = code.chars().collect();
                typed.swap(at - 1, at);
                let typed: String = typed.into_iter().collect();
                assert_eq!(mod31::valid(&typed), typed == code, "{typed}");
            }
        }
    }
}
