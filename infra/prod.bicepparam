using 'main.bicep'

param environmentName = 'smplat-prod'
param location = 'eastus2'
param appEnvironment = 'production'
param frontendUrl = 'https://www.example.com'
param databasePassword = readEnvironmentVariable('DATABASE_PASSWORD')
param databaseSku = 'Standard_D4ds_v5'
param databaseTier = 'GeneralPurpose'
param databaseStandby = true
param maximumInstances = 40
param privateNetworking = true
param alertEmail = 'operations@example.com'
param secretsInUse = [
  'checkout-api-key'
  'operator-api-key'
  'admin-api-key'
  'metrics-api-key'
  'smplat-link-secret'
  'smplat-ops-session-secret'
  'auth-lockout-secret'
  'mealme-api-key'
  'mealme-webhook-secret'
  'instacart-api-key'
  'kroger-client-id'
  'kroger-client-secret'
  'walmart-partner-id'
  'walmart-api-key'
  'stripe-secret-key'
  'stripe-webhook-secret'
  'smtp-username'
  'smtp-password'
  'payload-revalidate-secret'
]
param settings = {
  LOOPGPT_ENABLE_KROGER: 'true'
  LOOPGPT_ENABLE_WALMART: 'true'
}
