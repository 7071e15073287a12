using System.Collections.Frozen;

namespace Smplat.Core.Commerce.Providers;

/// <summary>What kinds of words grocery names are made of.</summary>
internal static class GroceryWords
{
    /// <summary>Words that say how something was kept or grown. Neither side has to name them.</summary>
    public static readonly FrozenSet<string> Descriptors =
        Set("fresh frozen dried dry canned can raw cooked organic free range natural");

    /// <summary>Descriptors that make another product of it when only one side names them.</summary>
    public static readonly FrozenSet<string> Preparations = Set("frozen dried dry canned can cooked");

    /// <summary>Adjectives that come with the same thing: more of them on a label mean nothing.</summary>
    public static readonly FrozenSet<string> Neutral = Set(
        """
        all purpose grade large medium small extra virgin long grain short whole reduced low fat nonfat skim vitamin boneless
        skinless salted unsalted sweetened unsweetened granulated iodized table classic original traditional plain pure real
        creamy crunchy shredded sliced soft raw unfiltered purified drinking ripe baby loose premium value family
        cage hardwood smoked old fashioned jumbo thick cut lean hand picked seedless each style
        """);

    /// <summary>Words for the form in which the same thing is sold.</summary>
    public static readonly FrozenSet<string> Forms = Set(
        "crown floret fillet bulb head clove bunch slice chunk leaf piece stick bag bar breast thigh wing loin drumstick stalk");

    /// <summary>Words that make something else of the thing that follows: peanut butter is no butter.</summary>
    public static readonly FrozenSet<string> Changers = Set(
        "peanut almond soy oat coconut cashew hazelnut chocolate strawberry vanilla baking ice sour condensed evaporated imitation");

    /// <summary>Colours and kinds: another one is a fair substitute, not the same thing.</summary>
    public static readonly FrozenSet<string> Kinds = Set("white brown black red green yellow golden dark light sweet russet");

    public static readonly FrozenSet<string> Ignored = Set("of the and with in a an for or per each");

    /// <summary>Everything after one of these describes what comes along, not the thing itself.</summary>
    public static readonly FrozenSet<string> Cuts = Set("in with for");

    private static FrozenSet<string> Set(string words) =>
        words.Split((char[])[' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .ToFrozenSet(StringComparer.Ordinal);
}
