using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// What one pack of a product holds, read from a vendor's size text such as <c>16 oz</c>, <c>1/2 gal</c>, <c>12 ct</c>,
/// <c>6 - 16.9 fl oz</c> or <c>6 pk / 12 fl oz</c>. Any text is read without an exception; what is no size gives null.
/// </summary>
/// <param name="Count">Single containers in the pack.</param>
/// <param name="Amount">Content of one container in the unit, or the number of pieces for a count.</param>
internal sealed partial record PackSize(decimal Count, decimal Amount, UnitOfMeasure Unit)
{
    private const int MaxLength = 200;
    private const decimal MaxAmount = 100_000;

    /// <summary>A piece of a counted pack is lighter than this; a heavier figure is the weight of the whole pack.</summary>
    private const decimal HeaviestPiece = 8 * 28.349523125m;

    /// <summary>Pieces in a counted pack weigh less than this together; a heavier product is the weight of the whole pack.</summary>
    private const decimal HeaviestPack = 5000;

    private const decimal FluidOunce = 29.5735295625m;

    /// <summary>Usual contents of one container in fl oz. A multipack's figure from 64 fl oz that is a multiple of one of them is that of the whole pack.</summary>
    private static readonly decimal[] UsualContainers = [6.75m, 7.5m, 8, 10, 12, 16, 16.9m, 20];

    /// <summary>Content of the whole pack in the base unit of its dimension.</summary>
    public decimal BaseAmount => Count * Amount * Unit.BaseFactor;

    /// <summary>Single pieces or containers in the pack; 1 when the text names none.</summary>
    public decimal Pieces => Unit.Dimension == UnitDimension.Count ? BaseAmount : Count;

    /// <summary>The content can be read in more than one way, or is a range.</summary>
    public bool IsUncertain { get; init; }

    /// <summary>The number of pieces can be read in more than one way: 6-8 oz may be a range.</summary>
    public bool IsCountUncertain { get; init; }

    /// <summary>The containers are meant, not pieces in one container: 24 pk, or so many bottles of a volume each.</summary>
    public bool HoldsContainers { get; init; }

    public bool HasSameContentAs(PackSize other) =>
        Unit.Dimension == other.Unit.Dimension && Count == other.Count && BaseAmount == other.BaseAmount;

    /// <summary>How the text was read, for a warning.</summary>
    public override string ToString() => Count == 1
        ? string.Create(CultureInfo.InvariantCulture, $"{Amount:0.###} {Unit.Name}")
        : string.Create(CultureInfo.InvariantCulture, $"{Count:0.###} x {Amount:0.###} {Unit.Name}");

    public static PackSize? Parse(string? text) =>
        string.IsNullOrWhiteSpace(text) || text.Length > MaxLength ? null : Combine(new Reader(text).ReadAll());

    /// <summary>The size in a product's name: what stands after the comma or the words before its first number with a unit; null when there is none.</summary>
    public static string? TextIn(string name)
    {
        var plain = VendorText.Plain(name);
        return plain.Length <= MaxLength && SizeStart().Match(plain) is { Success: true } start ? plain[start.Index..] : null;
    }

    private static PackSize? Combine(List<Measure> measures)
    {
        // Cups that could never weigh so little are containers: 4 cups / 5.3 oz.
        var lightest = measures.Where(measure => measure.Unit?.Dimension == UnitDimension.Weight).Select(measure => measure.Base).DefaultIfEmpty(decimal.MaxValue).Min();
        bool IsContainer(Measure measure) => measure.Unit?.Name == "cup" && measure.Amount == decimal.Truncate(measure.Amount) && lightest < measure.Base / 4;
        var counts = measures.Where(measure => measure.IsCount || IsContainer(measure))
            .Select(measure => measure.IsCount ? measure : measure with { Unit = UnitOfMeasure.Piece, IsPack = true }).ToList();
        var contents = measures.Where(measure => !measure.IsCount && !IsContainer(measure)).ToList();
        return contents.Count > 0 ? OfContent(counts, contents) : counts.Count > 0 ? OfCounts(counts) : null;
    }

    /// <summary>Packs of pieces multiply (2 x 12 ct, 2 pk / 12 ct); two numbers for the same pieces do not (12 ct / 1 dozen).</summary>
    private static PackSize? OfCounts(List<Measure> counts)
    {
        var first = counts[0];
        foreach (var next in counts.Skip(1))
        {
            if (first.Times || first.IsPack != next.IsPack)
            {
                var (outer, inner) = next.IsPack ? (next, first) : (first, next);
                return new PackSize(outer.Base, inner.Amount, inner.Unit ?? UnitOfMeasure.Piece) { HoldsContainers = true };
            }
        }

        return new PackSize(1, first.Amount, first.Unit ?? UnitOfMeasure.Piece) { HoldsContainers = first.IsPack };
    }

    private static PackSize OfContent(List<Measure> counts, List<Measure> contents)
    {
        var content = contents[0];
        var others = contents.Skip(1).Where(other => other.Unit!.Dimension == content.Unit!.Dimension).ToList();
        if (counts.Count == 0)
        {
            return new PackSize(1, content.Amount, content.Unit!) { IsUncertain = content.IsDoubtful };
        }

        // 72 fl oz (6 x 12 fl oz): the content beside the multiplication is that of one container.
        var each = contents.Find(measure => measure.IsMultiplied) ?? content;
        var count = CountOf(counts);
        var isPlain = counts.TrueForAll(measure => measure.Unit?.Name == "piece" && !measure.IsPack);
        var isClear = count == 1 || counts.Exists(measure => measure.IsOuter) || each.IsMultiplied || each.IsEach || each.IsTotal || each.Times
            || others.Exists(other => IsNear(other.Base, each.Base * count) || IsNear(other.Base * count, each.Base));
        var looksLikeTotal = !isClear && LooksLikeTotal(isPlain, count, each);
        var isTotal = looksLikeTotal || each.IsTotal || others.Exists(other => IsNear(other.Base * count, each.Base) && count > 1);
        return new PackSize(count, isTotal ? each.Amount / count : each.Amount, each.Unit!)
        {
            HoldsContainers = !isPlain || each.Unit!.Dimension == UnitDimension.Volume,
            IsCountUncertain = counts.Exists(measure => measure.IsDoubtful),
            IsUncertain = each.IsDoubtful || counts.Exists(measure => measure.IsDoubtful) || looksLikeTotal || (!isClear && isPlain && each.Unit!.Dimension == UnitDimension.Weight),
        };
    }

    private static decimal CountOf(List<Measure> counts)
    {
        var first = counts[0];
        var other = counts.Skip(1).FirstOrDefault(next => (first.Times && next.Unit is null) || first.IsPack != next.IsPack);
        return other is not null && other.Base != first.Base ? Math.Min(first.Base * other.Base, MaxAmount) : first.Base;
    }

    private static bool LooksLikeTotal(bool isPlain, decimal count, Measure content) =>
        content.Unit!.Dimension == UnitDimension.Weight
            ? isPlain && (content.Base > HeaviestPiece || content.Base * count > HeaviestPack)
            : content.Base >= 64 * FluidOunce && UsualContainers.Any(usual => IsNear(content.Base, count * usual * FluidOunce));

    private static bool IsNear(decimal one, decimal other) => Math.Abs(one - other) <= 0.03m * Math.Max(one, other);

    [GeneratedRegex(
        @"(?<![\w./])(?:[\d½¼¾⅓⅔]|\.\d)[\d.,/½¼¾⅓⅔\s–x-]*-?\s?(?:fl|oz|ounces?|lbs?|pounds?|gal|gallons?|qt|quarts?|pt|pints?|l|liters?|ml|g|kg|ct|count|pk|packs?|dozen|doz|each|ea)\b"
            + @"|(?<!\w)(?:half[\s-])?(?:gallon|pint|quart|dozen)$",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SizeStart();

    /// <summary>A number with its unit; a number without one stands before a multiplication sign.</summary>
    /// <param name="Times">A multiplication follows.</param>
    /// <param name="IsMultiplied">A multiplication stands before.</param>
    private sealed record Measure(decimal Amount, UnitOfMeasure? Unit, bool Times = false, bool IsMultiplied = false, bool IsPack = false)
    {
        /// <summary>A range, an average, or a number that can be read in another way.</summary>
        public bool IsDoubtful { get; init; }

        /// <summary>Says that the size is that of one of them: pack of 6.</summary>
        public bool IsOuter { get; init; }

        public bool IsEach { get; init; }

        public bool IsTotal { get; init; }

        public bool IsCount => Unit is null or { Dimension: UnitDimension.Count };

        public decimal Base => Amount * (Unit?.BaseFactor ?? 1);
    }

    /// <summary>Reads the measures of a text in their order.</summary>
    private sealed partial class Reader
    {
        /// <summary>Words that vendors use for single pieces in a pack.</summary>
        private static readonly HashSet<string> PieceWords = new(
            ("rolls pods bars sheets wipes tablets capsules caplets softgels gummies diapers sticks pouches packets patties links loaves ears heads"
                + " eggs tortillas buns bagels muffins cookies slices sachets kcups refills lemons limes").Split(' '),
            StringComparer.Ordinal);

        /// <summary>"1-1/2 lb" is one and a half, "6 - 1/2 pt" six halves.</summary>
        private const string SpacedDash = "--";

        /// <summary>"3/8 oz" is a fraction, "3 / 8 oz" three packs of eight.</summary>
        private const string SpacedSlash = "//";

        private static readonly HashSet<string> PackWords = new(["pk", "pack", "packs", "pks"], StringComparer.Ordinal);

        /// <summary>Words before "of 6" that say how many are in the pack.</summary>
        private static readonly HashSet<string> OuterWords = new(["pk", "pack", "packs", "case", "box", "set", "carton", "pkg"], StringComparer.Ordinal);

        /// <summary>Words before a number that names a kind, such as size 3 diapers.</summary>
        private static readonly HashSet<string> LabelWords = new(["size", "stage", "no", "level", "step"], StringComparer.Ordinal);

        /// <summary>Units of length and area: a pan of 9 x 13 in is one piece.</summary>
        private static readonly HashSet<string> LengthWords = new(
            "in inch inches cm mm ft foot feet yd yard yards sq square meter meters".Split(' '), StringComparer.Ordinal);

        private static readonly HashSet<string> AverageWords = new(
            ["avg", "average", "approx", "approximately", "about"], StringComparer.Ordinal);

        /// <summary>A weight or volume in two parts: 1 lb 8 oz, 1 pt 0.9 fl oz.</summary>
        private static readonly HashSet<(string Large, string Small)> Parts =
            [("lb", "oz"), ("gal", "qt"), ("gal", "floz"), ("qt", "pt"), ("qt", "floz"), ("pt", "floz"), ("kg", "g"), ("l", "ml")];

        /// <summary>Words between a number and what it counts, as in 12 double rolls.</summary>
        private const int MaxBetween = 3;

        private readonly List<string> _tokens;
        private int _at;
        private bool _isLooseFraction;

        public Reader(string text)
        {
            var plain = LooseStops().Replace(Shares().Replace(VendorText.Plain(text).ToLowerInvariant(), " "), " ").Replace("k-cup", "kcup", StringComparison.Ordinal);
            _tokens = [.. Token().Matches(plain).Select(match => match.Value switch
            {
                ['-' or '\u2013' or '\u2014' or '\u2212'] => "-",
                ['/' or '\u2044'] => "/",
                "\u00d7" or "*" => "x",
                [' ', ..] and [.., ' '] => match.Value.Contains('/', StringComparison.Ordinal) ? SpacedSlash : SpacedDash,
                var token => token,
            })];
        }

        public List<Measure> ReadAll()
        {
            var measures = new List<Measure>();
            var (isMultiplied, hasLooseNumber) = (false, false);
            while (_at < _tokens.Count)
            {
                var start = _at;
                if (PackOf() is { } pack)
                {
                    measures.Add(pack);
                }
                else if (ReadNumber() is { } number)
                {
                    if (Peek() is { } next && LengthWords.Contains(next))
                    {
                        measures.RemoveAll(measure => measure.Times && measure.Unit is null);
                    }
                    else if (!IsLabel(start) && ReadMeasure(number, isMultiplied) is { } measure)
                    {
                        measures.Add(measure with { IsMultiplied = isMultiplied });
                        isMultiplied = measure.Times;
                        continue;
                    }
                    else
                    {
                        hasLooseNumber = true;
                    }
                }
                else if (measures.Count == 0 && !hasLooseNumber && BareUnit() is { } bare)
                {
                    measures.Add(new Measure(1, bare));
                    continue;
                }

                isMultiplied = false;
                _at = Math.Max(_at, start + 1);
            }

            return Compound(measures);
        }

        /// <summary>The unit after a number, or the multiplication that it begins.</summary>
        private Measure? ReadMeasure(decimal number, bool isMultiplied)
        {
            if (number is <= 0 or > MaxAmount)
            {
                return null;
            }

            var isLoose = _isLooseFraction;
            if ((ReadUnit() ?? ReadCounted(number)) is var (unit, isPack))
            {
                if (ReadUpTo(number, unit) is { } upTo)
                {
                    return upTo;
                }

                var isTimes = IsNumber(1) && (Peek() is "x" || (Peek() is "of" && unit.Dimension == UnitDimension.Count));
                _at += isTimes ? 1 : 0;
                return new Measure(number, unit, isTimes, IsPack: isPack)
                {
                    IsEach = unit.Dimension != UnitDimension.Count && Peek() is "each" or "ea",
                    IsTotal = unit.Dimension != UnitDimension.Count && Peek() is "total",
                    IsDoubtful = (unit.Dimension == UnitDimension.Weight && _tokens.Exists(AverageWords.Contains))
                        || (isLoose && unit.Name is "oz" or "floz"),
                };
            }

            if (Peek() is not ("x" or "-" or "/" or SpacedDash or SpacedSlash or "to" or "of") || !IsNumber(1))
            {
                return isMultiplied ? new Measure(number, null) : null;
            }

            return ReadRange(number) is { } range ? range : Multiplication(number);
        }

        /// <summary>Ounces and grams after whole numbers with a dash, as in 6-8 oz, are read as packs, and may be a range.</summary>
        private Measure Multiplication(decimal number)
        {
            var isDash = Peek() is "-" or SpacedDash or "to";
            _at++;
            var start = _at;
            var isDoubtful = isDash && number > 1 && number == decimal.Truncate(number) && ReadNumber() is { } high
                && high > number && high <= 2 * number && high == decimal.Truncate(high) && ReadUnit() is var (unit, _) && unit.Name is "oz" or "g";
            _at = start;
            return new Measure(number, null, Times: true) { IsDoubtful = isDoubtful };
        }

        /// <summary>Pack of 6, case of 24.</summary>
        private Measure? PackOf()
        {
            if (Peek() is not { } word || !OuterWords.Contains(word) || _at + 1 >= _tokens.Count || _tokens[_at + 1] != "of" || !IsNumber(2))
            {
                return null;
            }

            var start = _at;
            _at += 2;
            var number = ReadNumber();
            var unit = ReadUnit()?.Unit;
            if (number is > 0 and <= MaxAmount && unit?.Dimension is null or UnitDimension.Count)
            {
                return new Measure(number ?? 1, UnitOfMeasure.Piece, IsPack: true) { IsOuter = true };
            }

            _at = start;
            return null;
        }

        /// <summary>A kind and no quantity: size 3, #10.</summary>
        private bool IsLabel(int at) => at > 0
            && (LabelWords.Contains(_tokens[at - 1]) || (_tokens[at - 1] == "#" && (at == 1 || Number(at - 2) is null)));

        /// <summary>12 double rolls, 100 tea bags, 24 k-cup pods: some words before what is counted.</summary>
        private (UnitOfMeasure Unit, bool IsPack)? ReadCounted(decimal number)
        {
            for (var at = _at; at < _tokens.Count && at <= _at + MaxBetween && number == decimal.Truncate(number); at++)
            {
                var word = _tokens[at];
                var unit = PieceWords.Contains(word) ? UnitOfMeasure.Piece : UnitOfMeasure.Find(word);
                if (!(char.IsLetter(word[0]) || word == "-") || word is "x" || LengthWords.Contains(word) || unit is { Dimension: not UnitDimension.Count })
                {
                    return null;
                }

                if (unit is not null)
                {
                    _at = at + 1;
                    return (unit, PackWords.Contains(word));
                }
            }

            return null;
        }

        /// <summary>3 lb - 4 lb is a weight between the two.</summary>
        private Measure? ReadUpTo(decimal low, UnitOfMeasure unit)
        {
            var start = _at;
            if (unit.Dimension != UnitDimension.Count && Peek() is "-" or SpacedDash or "to")
            {
                _at++;
                if (ReadNumber() is { } high && high > low && ReadUnit() is var (same, _) && same == unit)
                {
                    return new Measure((low + high) / 2, unit) { IsDoubtful = true };
                }
            }

            _at = start;
            return null;
        }

        /// <summary>2-3 lb is a weight between the two, 6 - 16.9 fl oz are six of them: only whole pounds and kilograms are ranges, and what says so.</summary>
        private Measure? ReadRange(decimal low)
        {
            if (Peek() is not ("-" or SpacedDash or "to"))
            {
                return null;
            }

            var (start, isWord) = (_at, Peek() is "to");
            _at++;
            if (ReadNumber() is { } high && high > low && ReadUnit() is var (unit, _) && unit.Dimension != UnitDimension.Count
                && (isWord || _tokens.Exists(AverageWords.Contains)
                    || (unit.Name is "lb" or "kg" && high <= 2 * low)))
            {
                return new Measure((low + high) / 2, unit) { IsDoubtful = true };
            }

            _at = start;
            return null;
        }

        private (UnitOfMeasure Unit, bool IsPack)? ReadUnit()
        {
            var at = _at + (Peek() is "-" ? 1 : 0);
            if (at + 1 < _tokens.Count && _tokens[at] is "net" or "dry" or "avg" or "liquid" or "us"
                && UnitOfMeasure.Find(_tokens[at + 1]) is { Dimension: not UnitDimension.Count })
            {
                at++;
            }

            if (at >= _tokens.Count)
            {
                return null;
            }

            var word = _tokens[at];
            if (at + 1 < _tokens.Count && UnitOfMeasure.Find($"{word} {_tokens[at + 1]}") is { } pair)
            {
                _at = at + 2;
                return (pair, false);
            }

            var unit = word is "x" && at + 1 < _tokens.Count && char.IsNumber(_tokens[at + 1][0]) ? null
                : PieceWords.Contains(word) ? UnitOfMeasure.Piece
                : UnitOfMeasure.Find(word);
            if (unit is null)
            {
                return null;
            }

            _at = at + 1;
            return (unit, PackWords.Contains(word));
        }

        /// <summary>Gallon, per lb or dozen alone; a counted thing alone, such as each, says nothing of the size.</summary>
        private UnitOfMeasure? BareUnit()
        {
            var start = _at;
            var isAfterNumber = start > 0 && (char.IsNumber(_tokens[start - 1][0]) || _tokens[start - 1][0] == '.');
            if (!isAfterNumber && Peek() is { Length: > 1 } && ReadUnit() is var (unit, _)
                && (unit.Name is "dozen" || (unit.Dimension != UnitDimension.Count && unit.Name is not ("cup" or "tbsp" or "tsp"))))
            {
                return unit;
            }

            _at = start;
            return null;
        }

        /// <summary>A decimal number, a fraction, a number with a fraction, or half and quarter.</summary>
        private decimal? ReadNumber()
        {
            _isLooseFraction = false;
            if (Peek() is { } word && char.IsLetter(word[0]))
            {
                return ReadWord(word);
            }

            if (Vulgar(_at) is { } vulgar)
            {
                _at++;
                return vulgar;
            }

            if (Number(_at) is not { } number)
            {
                return null;
            }

            if (Fraction(_at) is { } fraction)
            {
                // 3/8 oz is three eighths, or three packs of eight.
                _isLooseFraction = number > 1 && _tokens[_at + 2] == "8";
                _at += 3;
                return fraction;
            }

            _at++;
            var gap = Peek() is "-" ? 1 : 0;
            if (number == decimal.Truncate(number))
            {
                if (Vulgar(_at + gap) is { } part)
                {
                    _at += gap + 1;
                    return number + part;
                }

                if (Fraction(_at + gap) is { } rest)
                {
                    _at += gap + 3;
                    return number + rest;
                }
            }

            return number;
        }

        private decimal? ReadWord(string word)
        {
            var value = word switch
            {
                "half" => 0.5m,
                "quarter" => 0.25m,
                _ => QuantityText.NumberWord(word),
            };
            if (value is null)
            {
                return null;
            }

            var next = _at + 1 < _tokens.Count && _tokens[_at + 1] is "a" or "an" ? _at + 2 : _at + 1;
            if (next < _tokens.Count && _tokens[next] is "half")
            {
                // One half gallon.
                (value, next) = (value * 0.5m, next + 1);
            }

            next += next < _tokens.Count && _tokens[next] is "-" ? 1 : 0;
            if (next >= _tokens.Count || UnitOfMeasure.Find(_tokens[next]) is null)
            {
                return null;
            }

            _at = next;
            return value;
        }

        /// <summary>1/2 and 3/4 are fractions; 12/12, 6/8 and 4/5.3 are so many packs of a size.</summary>
        private decimal? Fraction(int at)
        {
            if (at + 2 >= _tokens.Count || _tokens[at + 1] != "/" || Number(at) is not { } top || Number(at + 2) is not { } bottom
                || top < 1 || bottom <= top || top != decimal.Truncate(top) || bottom != decimal.Truncate(bottom)
                || (top != 1 && bottom is not (3 or 4 or 8)) || (top != 1 && bottom != 3 && top % 2 == 0) || bottom is 7 or > 8)
            {
                return null;
            }

            return top / bottom;
        }

        private decimal? Vulgar(int at) =>
            at < _tokens.Count && _tokens[at].Length == 1 ? QuantityText.VulgarFraction(_tokens[at][0]) : null;

        private decimal? Number(int at)
        {
            if (at >= _tokens.Count || !(char.IsAsciiDigit(_tokens[at][0]) || _tokens[at][0] == '.'))
            {
                return null;
            }

            return QuantityText.TryReadDecimal(_tokens[at], out var number) ? number : null;
        }

        private bool IsNumber(int ahead) => Number(_at + ahead) is not null || Vulgar(_at + ahead) is not null;

        private string? Peek() => _at < _tokens.Count ? _tokens[_at] : null;

        /// <summary>1 lb 8 oz is one weight in two parts; 1 lb (16 oz) gives the same weight twice.</summary>
        private static List<Measure> Compound(List<Measure> measures)
        {
            for (var index = 0; index + 1 < measures.Count; index++)
            {
                var (large, small) = (measures[index], measures[index + 1]);
                if (Parts.Contains((large.Unit?.Name ?? "", small.Unit?.Name ?? "")) && !large.Times && small.Base < large.Unit!.BaseFactor
                    && large.Amount == decimal.Truncate(large.Amount))
                {
                    measures[index] = large with { Amount = large.Amount + (small.Base / large.Unit.BaseFactor), IsTotal = small.IsTotal };
                    measures.RemoveAt(index + 1);
                }
            }

            return measures;
        }

        /// <summary>Per cent, which is no quantity: 100% juice.</summary>
        [GeneratedRegex(@"\d+(?:\.\d+)?\s?%", RegexOptions.CultureInvariant)]
        private static partial Regex Shares();

        /// <summary>Full stops that are not part of a number, as in "fl. oz." and "ct.".</summary>
        [GeneratedRegex(@"\.(?!\d)", RegexOptions.CultureInvariant)]
        private static partial Regex LooseStops();

        [GeneratedRegex(
            @"\d{1,3}(?:,\d{3})+(?:\.\d{1,6})?|\d{1,9},\d{1,2}(?!\d)|\d*\.\d+|\d+|[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]|x(?=\s*[\d.½⅓⅔¼¾])|\p{L}+|#|\ [-–—−/]\ |[-–—−/⁄×*]",
            RegexOptions.CultureInvariant)]
        private static partial Regex Token();
    }
}

/// <summary>How many packs cover a request.</summary>
/// <param name="Warning">Set when the number is a guess.</param>
internal readonly record struct PackCount(int Packs, string? Warning)
{
    /// <summary>A larger number of packs is an error, not a purchase.</summary>
    private const int MaxPacks = 9_999;

    /// <summary>From so many pieces on, a pack of unknown content may hold several.</summary>
    private const int ManyPieces = 6;

    /// <summary>
    /// Same dimension: enough packs to cover the amount. Counted units: by the pieces in a pack, else the quantity, rounded up.
    /// Counted goods that are sold by weight, and the reverse, are estimated by the usual weight of a piece. What cannot be
    /// compared is one pack. Every guess has a warning.
    /// </summary>
    /// <param name="pieceGrams">The usual weight of one piece; null when it is unknown.</param>
    /// <param name="isSoldByWeight">The price is that of one unit of weight, not of a pack.</param>
    public static PackCount For(
        decimal quantity, string? unit, PackSize? pack, decimal? pieceGrams = null, bool isSoldByWeight = false)
    {
        var asked = UnitOfMeasure.Find(unit) ?? UnitOfMeasure.Piece;
        return asked.Dimension == UnitDimension.Count
            ? OfPieces(quantity, asked, pack, pieceGrams, isSoldByWeight)
            : OfAmount(quantity, asked, pack, pieceGrams);
    }

    private static PackCount OfPieces(decimal quantity, UnitOfMeasure asked, PackSize? pack, decimal? pieceGrams, bool isSoldByWeight)
    {
        var pieces = quantity * asked.BaseFactor;
        var isPiece = asked.Name is "piece" or "dozen" or "slice" or "clove";
        var isPieceOrContainer = isPiece || asked.Name is "can" or "bottle";
        if (pack is { Pieces: > 1 } && (isPieceOrContainer || asked == pack.Unit || (asked.Name == "bag" && pack.HoldsContainers)))
        {
            return isPiece || pack.HoldsContainers || asked == pack.Unit || pieces * 2 >= pack.Pieces
                ? Limit(pieces / pack.Pieces, pack.IsCountUncertain ? $"Pack size read as {pack}" : null)
                : Limit(pieces, $"{asked.Name} taken as a pack of {pack}");
        }

        if (pack is { Unit.Dimension: UnitDimension.Weight } && asked.Name is "piece" or "dozen")
        {
            if (pieceGrams is { } grams)
            {
                return Limit(
                    pieces * grams / pack.BaseAmount,
                    string.Create(CultureInfo.InvariantCulture, $"Sold by weight; a piece is estimated at {grams:0} g, check the number of packs"));
            }

            if (isSoldByWeight)
            {
                return Limit(pieces, $"Sold by weight; the weight of a piece is unknown, {pack} assumed for each");
            }
        }

        // A dozen in packs of unknown content is twelve packs, and so many are rarely meant.
        var isGuess = asked.Name == "dozen" || (isPiece && pack is null && pieces >= ManyPieces);
        return Limit(
            pieces,
            isSoldByWeight ? "Sold by weight; the weight of a piece is unknown"
                : isGuess ? string.Create(CultureInfo.InvariantCulture, $"Pack size unknown, {Math.Ceiling(pieces):0} packs assumed")
                : null);
    }

    private static PackCount OfAmount(decimal quantity, UnitOfMeasure asked, PackSize? pack, decimal? pieceGrams)
    {
        var amount = quantity * asked.BaseFactor;
        if (pack is null || pack.Unit.Dimension == UnitDimension.Count)
        {
            return asked.Dimension == UnitDimension.Weight && pieceGrams is { } grams
                ? Limit(
                    amount / (grams * (pack?.Pieces ?? 1)),
                    string.Create(CultureInfo.InvariantCulture, $"Sold by the piece; a piece is estimated at {grams:0} g, check the number of packs"))
                : new PackCount(1, $"Pack size unknown for {asked.Name}, one pack assumed");
        }

        return Limit(
            amount / pack.BaseAmount,
            pack.Unit.Dimension != asked.Dimension ? $"{asked.Name} compared with {pack.Unit.Name} by the density of water"
                : pack.IsUncertain ? $"Pack size read as {pack}"
                : null);
    }

    private static PackCount Limit(decimal packs, string? warning) =>
        new((int)Math.Clamp(Math.Ceiling(packs), 1, MaxPacks), warning);
}

/// <summary>The usual weight of one piece of fresh goods that shoppers count and shops weigh.</summary>
internal static class PieceWeights
{
    /// <summary>Grams by the last words of the name, in the singular; the longest match counts.</summary>
    private static readonly FrozenDictionary<string, decimal> Grams =
        """
        lemon 115, lime 70, orange 185, mandarin 90, clementine 75, tangerine 90, grapefruit 300, apple 180,
        pear 180, banana 150, peach 150, nectarine 145, plum 70, apricot 40, kiwi 75, mango 330, avocado 200,
        tomato 125, roma tomato 65, onion 170, shallot 30, potato 210, sweet potato 220, yam 220, carrot 70,
        parsnip 130, beet 115, turnip 120, cucumber 300, zucchini 200, squash 250, eggplant 450,
        bell pepper 165, pepper 165, jalapeno 25, chicken breast 225, chicken thigh 130, chicken drumstick 110,
        chicken leg 280, chicken wing 90, pork chop 200, pork loin 1400, pork tenderloin 500,
        pork shoulder 2300, pork butt 2700, ham 3200, whole chicken 1900, turkey 5400, whole turkey 5400,
        turkey breast 1400, steak 280, chuck roast 1400, roast 1400, brisket 3600, salmon fillet 170,
        tilapia fillet 120, cod fillet 140, fillet 150, sausage 90, watermelon 7000, cantaloupe 1400,
        honeydew 1800, melon 1400, pineapple 1200, papaya 600, cabbage 900, cauliflower 800, mushroom 18,
        strawberry 15, radish 12, fig 50, date 10, rib eye 300, ribeye 300, lamb chop 120, rack of lamb 800,
        ginger 60, leek 200
        """.Split([',', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(entry => (At: entry.LastIndexOf(' '), Entry: entry))
        .ToFrozenDictionary(
            pair => pair.Entry[..pair.At], pair => decimal.Parse(pair.Entry[pair.At..], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    /// <param name="wanted">The name of the item; its last words say what is counted.</param>
    public static decimal? Find(ProductName wanted)
    {
        var words = wanted.Words;
        for (var length = Math.Min(2, words.Count); length > 0; length--)
        {
            if (Grams.TryGetValue(string.Join(' ', words.Skip(words.Count - length)), out var grams))
            {
                return grams;
            }
        }

        return null;
    }
}
