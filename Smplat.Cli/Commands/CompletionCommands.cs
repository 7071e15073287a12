using System.CommandLine;

namespace Smplat.Cli.Commands;

/// <summary>
/// <c>smplat completion</c>: scripts that complete commands, options, job ids, providers and events. The scripts ask the
/// program itself, through its <c>[suggest]</c> directive, so that they never fall behind it.
/// </summary>
public sealed class CompletionCommands : ICommandModule
{
    private const string Bash =
        """
        # smplat completion for bash: source <(smplat completion bash)
        _smplat() {
            local line="${COMP_LINE:0:COMP_POINT}" candidates
            candidates="$(smplat "[suggest:${#line}]" "$line" 2>/dev/null)"
            local word="${COMP_WORDS[COMP_CWORD]}"
            mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$word")
            # Names with a colon or an equals sign are several words to bash.
            if declare -F __ltrim_colon_completions >/dev/null; then __ltrim_colon_completions "$word"; fi
        }
        complete -o default -F _smplat smplat
        """;

    private const string Zsh =
        """
        #compdef smplat
        # smplat completion for zsh: source <(smplat completion zsh)
        _smplat() {
            local line="${words[1,CURRENT]}"
            local -a candidates
            candidates=("${(@f)$(smplat "[suggest:${#line}]" "$line" 2>/dev/null)}")
            compadd -- $candidates
        }
        compdef _smplat smplat
        """;

    private const string Fish =
        """
        # smplat completion for fish: smplat completion fish | source
        function __smplat_candidates
            set -l line (commandline -cp)
            smplat "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c smplat -f -a '(__smplat_candidates)'
        """;

    private const string Pwsh =
        """
        # smplat completion for PowerShell: smplat completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName smplat -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $line = $commandAst.ToString().PadRight($cursorPosition)
            smplat "[suggest:$cursorPosition]" "$line" 2>$null |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }
        """;

    public void AddTo(RootCommand root) => root.Subcommands.Add(new Command("completion", "Completion scripts for shells.")
    {
        Build("bash", "Print the completion script for bash.", "source <(smplat completion bash)", Bash),
        Build("zsh", "Print the completion script for zsh.", "source <(smplat completion zsh)", Zsh),
        Build("fish", "Print the completion script for fish.", "smplat completion fish | source", Fish),
        Build("pwsh", "Print the completion script for PowerShell.", "smplat completion pwsh | Out-String | Invoke-Expression", Pwsh),
    });

    private static CliCommand Build(string shell, string description, string use, string script)
    {
        var command = new CliCommand(shell, $"{description} Add to your shell's profile: {use}", $"smplat completion {shell}");
        command.SetWork((parsed, _) => Task.FromResult(parsed.Show(new { shell, script }, script)));
        return command;
    }
}

/// <summary>The ids of all jobs, for completion; the app's own list is the authority, and a test compares the two.</summary>
internal static class JobIds
{
    public static readonly string[] All =
    [
        "analytics-retention", "catalog-search-retention", "checkout-recovery-monitor", "commerce-hours", "fulfillment-worker",
        "hosted-session-recovery", "internal-outbox", "onboarding-nudges", "onboarding-retention", "onboarding-stalled", "outbox",
        "payment-events-parked", "payment-pages-superseded", "preset-event-alerts", "preset-event-metrics", "purge-routing-sessions",
        "recover-confirmations", "retention", "trust-rollup", "vendor-upkeep", "weekly-digest",
    ];
}
