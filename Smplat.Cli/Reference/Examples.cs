using System.CommandLine;

namespace Smplat.Cli.Reference;

/// <summary>What to type, for every command that does not bring its own: shown by its help and in docs/cli.md. A test parses each of them.</summary>
public static class Examples
{
    private static readonly Dictionary<string, string[]> Typed = new(StringComparer.Ordinal)
    {
        ["banner clear"] = ["smplat banner clear"],
        ["banner set"] = ["smplat banner set \"Kroger is off until its outage ends\" --severity warning --reference INC-7"],
        ["banner show"] = ["smplat banner show --json"],
        ["check observability"] =
        [
            "smplat check observability --require-key --baseline before.json",
            "smplat check observability --max-fulfillment-failed 5 --max-catalog-zero-results-rate 0.3",
        ],
        ["commerce experiment"] = ["smplat commerce experiment --since 7d"],
        ["commerce log"] = ["smplat commerce log --provider kroger --event provider_quote_error --since 2h"],
        ["commerce replay"] = ["smplat commerce replay --since 24h --weights price=0.5,commission=0.1"],
        ["digest run"] = ["smplat digest run --dry-run", "smplat digest run --preview --html"],
        ["flags"] = ["smplat flags --changed", "smplat flags --only LOOPGPT_ENABLE --json"],
        ["fulfillment dead-letters discard"] =
            ["smplat fulfillment dead-letters discard 0198f000-0000-7000-8000-000000000042 --reason \"order was refunded\""],
        ["fulfillment dead-letters list"] = ["smplat fulfillment dead-letters list --error timeout --since 2026-11-20"],
        ["fulfillment dead-letters redrive"] =
            ["smplat fulfillment dead-letters redrive --error 503 --reason \"the provider is back\""],
        ["fulfillment dead-letters replay"] =
            ["smplat fulfillment dead-letters replay 0198f000-0000-7000-8000-000000000042 --reason \"credentials renewed\""],
        ["fulfillment dead-letters show"] = ["smplat fulfillment dead-letters show 0198f000-0000-7000-8000-000000000042"],
        ["fulfillment drain"] = ["smplat fulfillment drain --timeout 120"],
        ["fulfillment kickoff"] = ["smplat fulfillment kickoff 0198f000-0000-7000-8000-000000000007"],
        ["fulfillment work"] = ["smplat fulfillment work --until-idle"],
        ["health"] = ["smplat health", "smplat health --json"],
        ["incident snapshot"] =
        [
            "smplat incident snapshot --output incident-7.zip",
            "smplat incident snapshot --since 6h --logs app.log --output incident-7",
        ],
        ["jobs history"] = ["smplat jobs history --job weekly-digest --limit 20"],
        ["jobs list"] = ["smplat jobs list"],
        ["jobs restart"] = ["smplat jobs restart hosted-session-recovery --triggered-by on-call"],
        ["jobs run"] = ["smplat jobs run onboarding-nudges --triggered-by on-call"],
        ["keys review"] = ["smplat keys review --unused-days 30", "smplat keys review --json"],
        ["migrate"] = ["smplat migrate"],
        ["notifications deliver"] = ["smplat notifications deliver"],
        ["notifications kinds"] = ["smplat notifications kinds"],
        ["notifications list"] = ["smplat notifications list --status dead --limit 20"],
        ["notifications preview"] = ["smplat notifications preview weekly_digest --html"],
        ["notifications redrive"] =
            ["smplat notifications redrive --message-reason delivery_unknown --actor on-call --reason \"the mail server is back\""],
        ["recovery apply"] = ["smplat recovery apply plan.json"],
        ["recovery checkout run"] = ["smplat recovery checkout run --triggered-by on-call"],
        ["recovery hosted run"] = ["smplat recovery hosted run --limit 50"],
        ["recovery inspect"] = ["smplat recovery inspect --out plan.json"],
        ["reference"] = ["smplat reference > docs/cli.md"],
        ["seed"] = ["smplat seed", "smplat seed --database \"Host=localhost;Database=smplat_dev\""],
        ["smoke checkout"] = ["smplat smoke checkout --base-url https://staging-api.example.com", "smplat smoke checkout --in-process"],
        ["smoke fulfillment"] = ["smplat smoke fulfillment --in-process"],
    };

    /// <summary>Its own ones if it brings some, else those of this list.</summary>
    public static IReadOnlyList<string> Of(Command command) => command is CommandWithExamples own
        ? own.Examples
        : Typed.GetValueOrDefault(CommandPaths.Of(command)) ?? [];

    /// <summary>Commands that examples are given for.</summary>
    public static IEnumerable<string> Paths => Typed.Keys;
}
