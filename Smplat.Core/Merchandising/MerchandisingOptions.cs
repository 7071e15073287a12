using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Merchandising;

/// <summary>Uploads of media and how long unused ones are kept.</summary>
public sealed class MerchandisingOptions : IValidatableObject
{
    /// <summary>Folder of uploads in the container. Default product-media.</summary>
    [ConfigurationKeyName("ASSET_UPLOAD_PREFIX")]
    [RegularExpression("^[A-Za-z0-9][A-Za-z0-9/_-]{0,99}$", ErrorMessage = "ASSET_UPLOAD_PREFIX may have letters, digits, /, _ and -, at most 100.")]
    public string UploadPrefix { get; init; } = "product-media";

    /// <summary>Seconds that an upload address is good for. Default 300.</summary>
    [ConfigurationKeyName("ASSET_UPLOAD_EXPIRY_SECONDS")]
    [Range(30, 3_600)]
    public int UploadExpirySeconds { get; init; } = 300;

    /// <summary>Bytes that a file may have. Default 10485760 (10 MiB).</summary>
    [ConfigurationKeyName("ASSET_MAX_BYTES")]
    [Range(1, 104_857_600)]
    public int MaxBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Minutes after which an upload that nobody finished, or a removed file, is deleted. Default 60.</summary>
    [ConfigurationKeyName("ASSET_CLEANUP_MAX_AGE_MINUTES")]
    [Range(5, 10_080)]
    public int CleanupMaxAgeMinutes { get; init; } = 60;

    /// <summary>A file must not arrive after its deletion.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (CleanupMaxAgeMinutes * 60 < UploadExpirySeconds)
        {
            yield return new("ASSET_CLEANUP_MAX_AGE_MINUTES must be at least as long as ASSET_UPLOAD_EXPIRY_SECONDS.");
        }
    }
}
